#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "config/settings.h"
#include "store/database.h"
#include "store/queue.h"
#include "work/circuit_breaker.h"
#include "work/completer.h"
#include "work/job_handler.h"
#include "work/jobs_in_hand.h"
#include "work/work_metrics.h"

namespace almagest::work {

struct DispatchOptions {
    store::ClaimFilter filter;
    unsigned slots = 1;
    bool drain = true;  ///< return when nothing that the filter takes waits or runs any more
    /// Asked before each claim: once true, no more is claimed, and run() returns when what is in
    /// hand is done; may be empty.
    std::function<bool()> is_enough;
    std::function<void()> on_tick;   ///< about once a second, from the thread of run()
    WorkMetrics* metrics = nullptr;  ///< may be null; outlives the dispatcher
    /// Keeps jobs of `asks_model` types in the queue while the endpoint fails; may be null.
    CircuitBreaker* circuit = nullptr;
    std::vector<std::string> types_without_model;  ///< what may be claimed while it is open
};

struct DispatchReport {
    std::uint64_t succeeded = 0;
    std::uint64_t retried = 0;
    std::uint64_t dead = 0;
    std::uint64_t lease_lost = 0;
    std::uint64_t handed_back = 0;
    bool stopped = false;  ///< asked to stop before everything was done
};

/// One claimer that keeps a small local queue filled and listens for hints on its connection,
/// `slots` handlers, a heartbeat and completers, the last two with threads and connections of their
/// own. The local queue holds about a quarter of a second's work beyond what the slots have, so
/// that quick jobs are claimed in large batches and slow ones one by one; a second claimer helps
/// while jobs end faster than one can claim them. A job whose lease was lost is stopped where it
/// is. One call at a time.
class Dispatcher {
  public:
    Dispatcher(const store::Database& database, const config::WorkSettings& settings,
               HandlerFactory make_handler, DispatchOptions options);

    /// Works until drained or until `stop` is requested; then jobs in hand get `work.grace` to end,
    /// and what is left is handed back without a lost attempt. A database that goes away is waited
    /// for. Throws what a handler threw, and, when it is to drain, TransientError after the model's
    /// endpoint has failed for `work.endpoint_patience`; jobs in hand are handed back first.
    [[nodiscard]] DispatchReport run(const std::stop_token& stop);

    /// What this process is called where it claims jobs.
    [[nodiscard]] const std::string& process_id() const { return process_id_; }

  private:
    void claim_until_done(const std::stop_token& stop);
    void claim_beside(const std::stop_token& stop);
    void ask_for_help();
    [[nodiscard]] std::size_t prefetch() const;
    [[nodiscard]] std::size_t enough_waiting() const;
    [[nodiscard]] std::size_t places();
    [[nodiscard]] std::optional<JobsInHand::Room> room_for_more() const;
    [[nodiscard]] std::size_t claim(store::Queue& queue, std::size_t limit);
    void give_up_on_endpoint();
    void take_jobs(const std::stop_token& stop, unsigned slot);
    void rest_between_claims(std::size_t limit);
    void end(const Completer::Ended& ended);
    void break_off(std::exception_ptr cause);
    void measure_rate();

    const store::Database* database_;
    const config::WorkSettings* settings_;
    HandlerFactory make_handler_;
    DispatchOptions options_;
    std::string process_id_;

    JobsInHand jobs_;
    Completer* completer_ = nullptr;  // while run() runs
    std::stop_source closing_;        // no more claims, no more starts

    std::mutex mutex_;  // of the three below
    DispatchReport report_;
    std::string endpoint_trouble_;  // what it said last
    std::exception_ptr cause_;

    std::condition_variable_any help_wanted_;  // with mutex_, where asked_for_ is raised
    /// Jobs that the second claimer was told to claim and that are not in hand yet.
    std::atomic<std::size_t> asked_for_ = 0;

    double jobs_per_second_ = 0;  // the claimer's, as all below
    std::optional<JobsInHand::Clock::time_point> circuit_open_since_;
    JobsInHand::Clock::time_point measured_at_{};
    std::uint64_t measured_left_ = 0;
    std::optional<JobsInHand::Clock::time_point> short_claim_at_;  // when the last got too little
};

}  // namespace almagest::work
