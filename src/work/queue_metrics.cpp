#include "work/queue_metrics.h"

#include <prometheus/gauge.h>

#include "error/error.h"
#include "store/knowledge.h"
#include "telemetry/log.h"

namespace almagest::work {

QueueMetrics::QueueMetrics(const store::Database& database, Clock clock)
    : database_(&database),
      clock_(std::move(clock)),
      up_(metrics_.gauges("almagest_database_up", "1 when the database answered last time.")),
      jobs_(metrics_.gauges("almagest_queue_jobs", "Jobs by state; DEADLETTER are dead letters.",
                            {"tenant", "job_type", "state"})),
      oldest_(metrics_.gauges("almagest_queue_oldest_age_seconds",
                              "Age of the oldest job in this state.",
                              {"tenant", "job_type", "state"})),
      late_(metrics_.gauges("almagest_queue_late_jobs",
                            "Waiting jobs that are past their deadline.", {"tenant", "job_type"})) {
}

std::string QueueMetrics::text() {
    const std::scoped_lock lock(mutex_);
    if (const auto now = clock_(); !read_at_ || now - *read_at_ >= kFreshness) {
        read_at_ = now;
        for (auto* gauges : {&jobs_, &oldest_, &late_}) gauges->clear();
        try {
            read();
            up_.of({}).Set(1);
        } catch (const Error& error) {
            up_.of({}).Set(0);
            telemetry::log(telemetry::Level::warning, error.what());
        }
    }
    return metrics_.text();
}

void QueueMetrics::read() {
    if (!connection_) connection_ = database_->connect("metrics");
    for (const auto& row : store::Knowledge(*connection_)
                               .rows("SELECT tenant, job_type, status, jobs, oldest_age_seconds, "
                                     "late_jobs FROM llm.vw_queue_gauge")) {
        const auto tenant = row.at("tenant").get<std::string>();
        const auto type = row.at("job_type").get<std::string>();
        const auto state = row.at("status").get<std::string>();
        jobs_.of({tenant, type, state}).Set(row.at("jobs").get<double>());
        oldest_.of({tenant, type, state}).Set(row.at("oldest_age_seconds").get<double>());
        if (const auto late = row.at("late_jobs").get<double>(); late > 0)
            late_.of({tenant, type}).Increment(late);
    }
}

}  // namespace almagest::work
