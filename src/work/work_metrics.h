#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "telemetry/metrics.h"

namespace almagest::work {

/// What this process has done since it started, for Prometheus. Counts only: it decides nothing.
/// Thread-safe; cheap enough to be called for every job.
class WorkMetrics {
  public:
    WorkMetrics();

    /// `jobs` of this type were claimed.
    void claimed(const std::string& job_type, std::size_t jobs = 1);
    /// A job of this type succeeded, or `jobs` of them in one batch.
    void completed(const std::string& job_type, std::size_t jobs = 1);
    /// An attempt failed. `cause` is llm.run's word for it (`model_failed`, `parse_failed`, …): one
    /// of a few, never a sentence. `dead`: it was the last, and the job is a dead letter now.
    void failed(const std::string& job_type, const std::string& cause, bool dead = false);
    /// A lease was lost: to be called once a job, wherever it shows.
    void lease_lost(const std::string& job_type);
    /// A job was handed back untried, its attempt not counted (a stop, a pause of the endpoint).
    void handed_back(const std::string& job_type);

    struct ModelCall {
        std::chrono::milliseconds duration{0};
        std::size_t prompt_tokens = 0;
        std::size_t cached_tokens = 0;  ///< of the prompt tokens
        std::size_t completion_tokens = 0;
        double cost = 0;  ///< in the currency of the settings' prices
    };
    /// The model answered, whatever the answer was worth.
    void model_called(const std::string& model, const ModelCall& call);
    /// An answer came out of the answer cache: no call.
    void answered_from_cache(const std::string& model);
    /// The endpoint of this model gets no calls for now, or gets them again.
    void circuit(const std::string& model, bool is_open);

    [[nodiscard]] std::string text() const { return metrics_.text(); }

  private:
    telemetry::Metrics metrics_;
    telemetry::Counters& claimed_;
    telemetry::Counters& completed_;
    telemetry::Counters& failed_;
    telemetry::Counters& dead_;
    telemetry::Counters& lease_losses_;
    telemetry::Counters& handed_back_;
    telemetry::Histograms& call_seconds_;
    telemetry::Counters& tokens_;
    telemetry::Counters& cost_;
    telemetry::Counters& cache_answers_;
    telemetry::Gauges& circuit_open_;
};

}  // namespace almagest::work
