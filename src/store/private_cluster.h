#pragma once

#include <optional>
#include <string>

#include "config/settings.h"

namespace almagest::store {

/// The PostgreSQL cluster that Almagest makes for itself: under places.cluster(), on a Unix socket
/// only, peer authentication, run by the invoking user, or by the system user `almagest` when that
/// is root. Safe against several programs starting or stopping it at once (a file lock).
class PrivateCluster {
  public:
    PrivateCluster(const config::ClusterSettings& settings, const config::Places& places);

    /// Makes the cluster if there is none, starts it if it does not run; returns libpq's conninfo.
    /// A cluster that could not be made leaves nothing behind. Throws UsageError (PostgreSQL is not
    /// installed, data of another major version), PermanentError (no disk space), TransientError.
    [[nodiscard]] std::string start();
    /// Stops it (fast); false when it did not run.
    bool stop();

    struct Status {
        bool exists = false;
        bool running = false;
        std::string data_folder;
        std::string conninfo;
        std::string server_version;
    };
    [[nodiscard]] Status status() const;

  private:
    config::ClusterSettings settings_;
    config::Places places_;
};

}  // namespace almagest::store
