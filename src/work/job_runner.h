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
#include "store/connection_pool.h"
#include "store/knowledge.h"
#include "store/queue.h"
#include "text/budget.h"
#include "work/answer_check.h"
#include "work/call.h"
#include "work/circuit_breaker.h"
#include "work/circuit_notice.h"
#include "work/evidence.h"
#include "work/job_handler.h"
#include "work/spending.h"
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
    store::ConnectionPool* connections = nullptr;
    CircuitBreaker* circuit = nullptr;  ///< of the model's endpoint
    CircuitNotice* notice = nullptr;    ///< null: nobody is told of it
    Spending* spending = nullptr;       ///< null: no limits
    /// An endpoint that refuses everyone is tried again later, rather than ending the work.
    bool waits_for_endpoint = false;
    WorkMetrics* metrics = nullptr;                     ///< null: nobody counts
    std::function<void(std::size_t tokens)> on_tokens;  ///< as a streamed answer grows
};

/// Asks the model about the pages and chunks of jobs: composes, asks, parses, validates and
/// grounds; what does not pass fails closed, with an artifact. After an answer that broke off it
/// asks about what is left, in runs of their own.
class JobRunner : public JobHandler {
  public:
    JobRunner(const Workshop& workshop, std::string worker_id);

    /// Never throws for what is wrong with the job. Throws EndpointUnusable and what opening the
    /// model throws.
    [[nodiscard]] JobOutcome handle(const store::ClaimedJob& job,
                                    const std::stop_token& stop) override;

  private:
    struct Run;
    [[nodiscard]] JobOutcome work_out(const store::ClaimedJob& job, Run& run,
                                      const std::stop_token& stop);
    [[nodiscard]] model::ChatAnswer ask(const store::ClaimedJob& job, const Call& call, Run& run,
                                        const std::stop_token& stop);
    void begin(const store::ClaimedJob& job, const Call& call, const Evidence& evidence, Run& run);
    [[nodiscard]] store::Queue::Completion cut_page(const store::ClaimedJob& job);
    [[nodiscard]] std::optional<Evidence> evidence_of(const store::ClaimedJob& job,
                                                      const contract::JobType& type);
    [[nodiscard]] std::optional<Spending::Leave> leave_for(const store::ClaimedJob& job,
                                                           const Call& call,
                                                           const std::stop_token& stop);
    [[nodiscard]] store::Queue::Completion answer_all(const store::ClaimedJob& job,
                                                      const contract::JobType& type,
                                                      Evidence evidence, Run& run,
                                                      const std::stop_token& stop);
    [[nodiscard]] CheckedAnswer believe(const contract::JobType& type, const Call& call,
                                        const model::ChatAnswer& answer, Run& run);
    [[nodiscard]] JobOutcome refusal(const Run& run, std::string outcome, const std::string& reason,
                                     bool permanent) const;

    Workshop workshop_;
    std::string worker_id_;
};

}  // namespace almagest::work
