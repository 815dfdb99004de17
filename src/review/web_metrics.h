#pragma once

#include <chrono>
#include <string>

#include "telemetry/metrics.h"

namespace almagest::review {

/// What the server did, for Prometheus. Thread-safe.
class WebMetrics {
  public:
    WebMetrics();
    /// `route` is a pattern, never a path: a path has a number too many.
    void answered(const std::string& route, int status, std::chrono::duration<double> took);
    void decided(const std::string& decision, std::size_t items);
    [[nodiscard]] std::string text() const { return metrics_.text(); }

  private:
    telemetry::Metrics metrics_;
    telemetry::Counters& requests_;
    telemetry::Histograms& durations_;
    telemetry::Counters& decisions_;
};

}  // namespace almagest::review
