#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "store/connection_pool.h"
#include "work/job_handler.h"
#include "work/jobs_in_hand.h"

namespace almagest::work {

enum class JobEnd : std::uint8_t { succeeded, waits_for_retry, dead, lease_lost, handed_back };

/// Writes the ends of jobs: a few threads, each with a connection of its own. Outcomes that may
/// share a transaction are written together, as many as have come in while the last were written;
/// so are answers of one handler and tenant about different passages, where the handler takes
/// several. When the database goes away, what is to be written waits for it. Thread-safe.
class Completer {
  public:
    struct Options {
        unsigned threads = 2;
        std::size_t batch = 1000;  ///< jobs in one transaction, at most
        std::size_t answers = 16;  ///< answers that are routed at once, at most
    };
    struct Ended {
        JobsInHand::Job job;
        JobEnd end;
        std::string cause;  ///< of a failed attempt: llm.run's word for it
        int followers = 0;  ///< new jobs that came of it
    };
    /// `on_end` is called from the threads once for each job, after its end is written.
    Completer(const store::Database& database, Options options,
              std::function<void(const Ended&)> on_end);
    /// Gives up what is not written yet: those leases run out by themselves.
    ~Completer();
    Completer(const Completer&) = delete;
    Completer& operator=(const Completer&) = delete;

    void submit(JobsInHand::Job job, JobOutcome outcome);

  private:
    struct Item {
        JobsInHand::Job job;
        JobOutcome outcome;
        bool in_doubt = false;  ///< the server went away while this was being committed
    };
    void write_ends(const std::stop_token& stop);
    [[nodiscard]] std::vector<Item> next_batch(store::Queue& queue, const std::stop_token& stop);
    void gather_answers(std::vector<Item>& batch);
    [[nodiscard]] bool complete_together(store::Queue& queue, std::vector<Item>& batch);
    void end_alone(store::Queue& queue, Item& item, const std::stop_token& stop);
    [[nodiscard]] Ended end_of(store::Queue& queue, Item& item, const std::stop_token& stop);
    [[nodiscard]] Ended completed_or_failed(store::Queue& queue, Item& item,
                                            const std::stop_token& stop);
    [[nodiscard]] Ended failed(store::Queue& queue, const Item& item);

    const store::Database* database_;
    Options options_;
    std::function<void(const Ended&)> on_end_;
    std::mutex mutex_;
    std::condition_variable_any submitted_;
    std::deque<Item> items_;
    std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace almagest::work
