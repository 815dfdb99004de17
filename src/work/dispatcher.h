#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "store/database.h"
#include "store/queue.h"
#include "work/job_runner.h"

namespace almagest::work {

struct DispatchOptions {
    store::ClaimFilter filter;
    unsigned slots = 1;
    bool drain = true;  ///< return when nothing that the filter takes waits or runs any more
    std::function<void()> on_tick;  ///< about once a second
};

struct DispatchReport {
    std::uint64_t succeeded = 0;
    std::uint64_t retried = 0;
    std::uint64_t dead = 0;
    std::uint64_t lease_lost = 0;
    std::uint64_t handed_back = 0;
    bool stopped = false;  ///< asked to stop before everything was done
};

/// One claimer that refills a small local queue, `slots` runners, and a heartbeat with a thread and
/// a connection of its own. A job whose lease was lost is stopped where it is. One call at a time.
class Dispatcher {
  public:
    Dispatcher(const store::Database& database, const Workshop& workshop, DispatchOptions options);

    /// Works until drained or until `stop` is requested; then jobs in hand get `work.grace` to end,
    /// and what is left is handed back without a lost attempt. Throws EndpointUnusable after the
    /// endpoint refused everyone, UsageError from opening the model, TransientError when the
    /// database stays away for longer than a lease; jobs in hand are handed back first.
    [[nodiscard]] DispatchReport run(const std::stop_token& stop);

  private:
    struct InHand {
        store::ClaimedJob job;
        std::stop_source stop;
    };
    void claim_until_done(const std::stop_token& stop);
    [[nodiscard]] bool nothing_left(store::Queue& queue);
    void take_jobs(const std::stop_token& stop, unsigned slot);
    void beat(const std::stop_token& stop);
    void count(JobEnd end);
    void break_off(std::exception_ptr cause);
    [[nodiscard]] std::size_t free_places();

    const store::Database* database_;
    Workshop workshop_;
    DispatchOptions options_;
    std::string process_id_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<store::ClaimedJob> claimed_;
    std::map<std::int64_t, InHand> in_hand_;  // claimed ones too: their leases need the heartbeat
    DispatchReport report_;
    std::exception_ptr cause_;
    std::stop_source closing_;  // no more claims, no more starts
};

}  // namespace almagest::work
