#include "work/work_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <vector>

namespace almagest::work {
namespace {

/// From a cached answer of a fast endpoint to the longest that a call may take by default.
const std::vector<double> call_seconds{0.05, 0.1, 0.25, 0.5, 1,   2.5, 5,
                                       10,   20,  40,   60,  120, 300, 900};

double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

WorkMetrics::WorkMetrics()
    : claimed_(metrics_.counters("almagest_jobs_claimed_total", "Jobs claimed.", {"job_type"})),
      completed_(
          metrics_.counters("almagest_jobs_completed_total", "Jobs that succeeded.", {"job_type"})),
      failed_(metrics_.counters("almagest_jobs_failed_total", "Attempts that failed, by cause.",
                                {"job_type", "cause"})),
      dead_(metrics_.counters("almagest_jobs_dead_total", "Jobs given up as dead letters.",
                              {"job_type", "cause"})),
      lease_losses_(metrics_.counters("almagest_lease_losses_total",
                                      "Jobs whose lease was lost while they ran.", {"job_type"})),
      handed_back_(metrics_.counters("almagest_jobs_handed_back_total",
                                     "Jobs handed back without a lost attempt.", {"job_type"})),
      call_seconds_(metrics_.histograms("almagest_model_call_duration_seconds",
                                        "Time of answered calls to the model.", {"model"},
                                        call_seconds)),
      tokens_(metrics_.counters("almagest_model_tokens_total",
                                "Tokens of answered calls; cached ones are prompt ones too.",
                                {"model", "kind"})),
      cost_(metrics_.counters("almagest_model_cost_total",
                              "Cost of answered calls, in the currency of the settings' prices.",
                              {"model"})),
      cache_answers_(metrics_.counters("almagest_cached_answers_total",
                                       "Answers taken from the answer cache.", {"model"})),
      circuit_open_(metrics_.gauges("almagest_endpoint_circuit_open",
                                    "1 while the model's endpoint gets no calls.", {"model"})) {
    metrics_
        .gauges("almagest_start_time_seconds", "When this process began to count, in Unix time.")
        .of({})
        .Set(now());
}

void WorkMetrics::claimed(const std::string& job_type, std::size_t jobs) {
    claimed_.of({job_type}).Increment(static_cast<double>(jobs));
}

void WorkMetrics::completed(const std::string& job_type, std::size_t jobs) {
    completed_.of({job_type}).Increment(static_cast<double>(jobs));
}

void WorkMetrics::failed(const std::string& job_type, const std::string& cause, bool dead) {
    failed_.of({job_type, cause}).Increment();
    if (dead) dead_.of({job_type, cause}).Increment();
}

void WorkMetrics::lease_lost(const std::string& job_type) {
    lease_losses_.of({job_type}).Increment();
}

void WorkMetrics::handed_back(const std::string& job_type) {
    handed_back_.of({job_type}).Increment();
}

void WorkMetrics::model_called(const std::string& model, const ModelCall& call) {
    call_seconds_.of({model}).Observe(std::chrono::duration<double>(call.duration).count());
    tokens_.of({model, "prompt"}).Increment(static_cast<double>(call.prompt_tokens));
    tokens_.of({model, "cached"}).Increment(static_cast<double>(call.cached_tokens));
    tokens_.of({model, "completion"}).Increment(static_cast<double>(call.completion_tokens));
    cost_.of({model}).Increment(call.cost);
}

void WorkMetrics::answered_from_cache(const std::string& model) {
    cache_answers_.of({model}).Increment();
}

void WorkMetrics::circuit(const std::string& model, bool is_open) {
    circuit_open_.of({model}).Set(is_open ? 1 : 0);
}

}  // namespace almagest::work
