#pragma once

#include <memory>
#include <string>

#include "work/queue_metrics.h"
#include "work/work_metrics.h"

namespace almagest::work {

/// Where a small server of this process listens.
struct ListenAddress {
    std::string host = "127.0.0.1";
    int port = 0;  ///< 0: any that is free
};

/// Reads HOST:PORT, [IPv6]:PORT, :PORT or PORT; without a host it is 127.0.0.1. Throws UsageError.
[[nodiscard]] ListenAddress listen_address(const std::string& text);

/// Serves /metrics (for Prometheus) and /healthz (200 while the process lives) over HTTP, from a
/// thread of its own, until it is destroyed. It has no password: whoever reaches the address reads
/// names of tenants, job types and models.
class MetricsServer {
  public:
    /// What is passed must outlive the server. Throws UsageError when the address cannot be
    /// listened on.
    MetricsServer(const ListenAddress& address, const WorkMetrics& work, QueueMetrics& queue);
    ~MetricsServer();
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;

    /// http://HOST:PORT/metrics with the port that is in use.
    [[nodiscard]] const std::string& url() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almagest::work
