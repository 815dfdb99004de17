#pragma once

#include <string>

#include "config/settings.h"
#include "store/cluster_place.h"

namespace almagest::store {

/// Whether the server of this cluster takes connections now.
[[nodiscard]] bool takes_connections(const ClusterPlace& place);

/// Starts the server unless it runs, and waits until it takes connections. The caller holds the
/// cluster's lock. Throws UsageError or, with the end of its log, TransientError.
void start_server(const config::ClusterSettings& settings, const ClusterPlace& place);

/// Stops the server, ending its sessions; false when none ran. The caller holds the cluster's lock.
bool stop_server(const config::ClusterSettings& settings, const ClusterPlace& place);

/// Replaces a file of the cluster as the service user, so that root follows no link made by it.
void write_as_service(const ClusterPlace& place, const std::filesystem::path& file,
                      const std::string& content);

/// The last lines of a text, joined into one.
[[nodiscard]] std::string last_lines(const std::string& text);

}  // namespace almagest::store
