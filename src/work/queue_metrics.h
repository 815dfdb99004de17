#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>

#include "store/database.h"
#include "telemetry/metrics.h"

namespace almagest::work {

/// The queue of the whole database as gauges for Prometheus, read from llm.vw_queue_gauge with a
/// connection of its own, and not oftener than every `kFreshness` however often it is asked.
/// Thread-safe; callers wait for one another.
class QueueMetrics {
  public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;
    static constexpr auto kFreshness = std::chrono::seconds(2);

    /// `database` must outlive this object. Connects when first asked.
    explicit QueueMetrics(const store::Database& database,
                          Clock clock = std::chrono::steady_clock::now);

    /// Where the database does not answer, almagest_database_up is 0 and there are no other gauges.
    [[nodiscard]] std::string text();

  private:
    void read();

    const store::Database* database_;
    Clock clock_;
    std::mutex mutex_;
    std::optional<store::Connection> connection_;
    std::optional<std::chrono::steady_clock::time_point> read_at_;
    telemetry::Metrics metrics_;
    telemetry::Gauges& up_;
    telemetry::Gauges& jobs_;
    telemetry::Gauges& oldest_;
    telemetry::Gauges& late_;
};

}  // namespace almagest::work
