#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>

#include "store/queue.h"

namespace almagest::work {

/// How the work on a claimed job ended in its slot. What it means for the queue is written by a
/// Completer.
struct JobOutcome {
    enum class Kind : std::uint8_t {
        completed,   ///< the output is to be routed and the job completed
        failed,      ///< this attempt is lost
        handed_back  ///< untried: the attempt does not count
    };
    Kind kind = Kind::completed;
    /// completed: handler, output and, where a model was asked, the run. Otherwise only the run.
    store::Queue::Completion completion;
    /// completed: may share one transaction with other outputs.
    bool may_share = false;

    std::string reason;      ///< failed, or handed back because of an endpoint: one sentence
    bool permanent = false;  ///< failed: another attempt would fail as well
    std::optional<std::chrono::milliseconds> retry_after;  ///< failed: as the other side asked
    /// Keeps the error as an artifact when the attempt fails, here or in routing; may be empty.
    /// Called from a Completer's thread.
    std::function<void(const nlohmann::json& error)> keep_error;

    [[nodiscard]] static JobOutcome failure(std::string reason, bool permanent) {
        JobOutcome outcome;
        outcome.kind = Kind::failed;
        outcome.reason = std::move(reason);
        outcome.permanent = permanent;
        return outcome;
    }
};

/// What a slot does with the jobs that it is given. One object a slot, one call at a time.
class JobHandler {
  public:
    JobHandler() = default;
    JobHandler(const JobHandler&) = delete;
    JobHandler& operator=(const JobHandler&) = delete;
    virtual ~JobHandler() = default;

    /// Works on the job until it is done or `stop` is requested (the lease is lost, or the process
    /// ends). What it throws ends the dispatcher; the job is handed back first.
    [[nodiscard]] virtual JobOutcome handle(const store::ClaimedJob& job,
                                            const std::stop_token& stop) = 0;
};

/// Makes the handler of a slot; `worker_id` names the slot.
using HandlerFactory = std::function<std::unique_ptr<JobHandler>(const std::string& worker_id)>;

}  // namespace almagest::work
