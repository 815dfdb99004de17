#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "config/settings.h"
#include "contract/job_type.h"
#include "lake/lake.h"
#include "model/chat.h"
#include "store/knowledge.h"
#include "store/queue.h"
#include "text/budget.h"
#include "work/call.h"
#include "work/work_metrics.h"

namespace almagest::work {

/// Opens the model when the first job needs it, once, for all slots. Thread-safe.
class LazyModel {
  public:
    explicit LazyModel(std::function<std::unique_ptr<model::ChatModel>()> open);
    [[nodiscard]] model::ChatModel& get();
    /// How the calls have spent their time and tokens so far.
    struct Totals {
        std::uint64_t calls = 0;
        std::uint64_t prompt_tokens = 0;
        std::uint64_t cached_tokens = 0;
        std::uint64_t completion_tokens = 0;
        std::chrono::milliseconds model_time{0};
    };
    [[nodiscard]] Totals totals() const;
    void add(const model::ChatAnswer& answer);

  private:
    std::function<std::unique_ptr<model::ChatModel>()> open_;
    mutable std::mutex mutex_;
    std::unique_ptr<model::ChatModel> model_;
    Totals totals_;
};

/// What all slots of a process share. Everything in it is safe for concurrent use.
struct Workshop {
    const config::Settings* settings = nullptr;
    const contract::Registry* registry = nullptr;
    const lake::Lake* lake = nullptr;
    LazyModel* model = nullptr;
    WorkMetrics* metrics = nullptr;                     ///< null: nobody counts
    std::function<void(std::size_t tokens)> on_tokens;  ///< as a streamed answer grows
};

enum class JobEnd : std::uint8_t { succeeded, waits_for_retry, dead, lease_lost, handed_back };

/// Does one claimed job after another, each to its end. One thread, one connection.
class JobRunner {
  public:
    JobRunner(store::Connection connection, const Workshop& workshop, std::string worker_id);

    /// Compose, ask, parse, validate, ground, route and complete; or fail closed, with an artifact.
    /// Never throws for what is wrong with the job or the endpoint; throws TransientError when the
    /// database cannot be reached (the lease then runs out by itself), and what opening the model
    /// throws, with the job handed back.
    [[nodiscard]] JobEnd run(const store::ClaimedJob& job, std::stop_token stop);

  private:
    struct Run;
    [[nodiscard]] store::Queue::Completion work_out(const store::ClaimedJob& job,
                                                    const contract::JobType& type, Run& run,
                                                    std::stop_token stop);
    void open_model(const store::ClaimedJob& job);
    [[nodiscard]] store::Queue::Completion cut_page(const store::ClaimedJob& job);
    [[nodiscard]] std::optional<contract::Passage> passage_for(const store::ClaimedJob& job,
                                                               const contract::JobType& type);
    [[nodiscard]] store::Queue::Completion believe(const contract::JobType& type, const Call& call,
                                                   const model::ChatAnswer& answer, Run& run);
    [[nodiscard]] store::Queue::Completed route(const store::ClaimedJob& job,
                                                const store::Queue::Completion& completion);
    [[nodiscard]] JobEnd give_up(const store::ClaimedJob& job, Run& run, const std::string& reason,
                                 bool permanent,
                                 std::optional<std::chrono::milliseconds> retry_after);

    store::Connection connection_;
    store::Queue queue_;
    store::Knowledge knowledge_;
    Workshop workshop_;
    std::string worker_id_;
};

}  // namespace almagest::work
