#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "store/database.h"
#include "work/jobs_in_hand.h"

namespace almagest::work {

/// Extends the leases of the jobs in hand, on a thread and a connection of its own, each every
/// `interval` or third of its lease, whichever is shorter. A job whose lease was lost is
/// stopped, also when the server is away for longer than its lease.
class Heartbeat {
  public:
    /// `on_lost` is called from the thread, once a job.
    Heartbeat(const store::Database& database, JobsInHand& jobs, std::chrono::milliseconds interval,
              std::function<void(const store::ClaimedJob&)> on_lost);

  private:
    void beat(const std::stop_token& stop);

    const store::Database* database_;
    JobsInHand* jobs_;
    std::chrono::milliseconds interval_;
    std::function<void(const store::ClaimedJob&)> on_lost_;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace almagest::work
