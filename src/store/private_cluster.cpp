#include "store/private_cluster.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "error/error.h"
#include "store/cluster_making.h"
#include "store/cluster_place.h"
#include "store/cluster_server.h"
#include "system/file_lock.h"

namespace almagest::store {
namespace fs = std::filesystem;
namespace {

fs::path lock_file(const config::Places& places) {
    return places.home / "cluster.lock";
}

void make_home(const fs::path& home) {
    std::error_code problem;
    fs::create_directories(home, problem);
    if (problem) {
        throw PermanentError(
            fmt::format("{} cannot be made: {}; set ALMAGEST_HOME to another folder", home.string(),
                        problem.message()));
    }
}

/// PostgreSQL's programs act on data of their own user only; root can become that user.
void require_control(const ClusterPlace& place) {
    if (::geteuid() != 0 && ::geteuid() != place.account.uid) {
        throw UsageError(
            fmt::format("the private database cluster in {} belongs to user {}; start "
                        "Almagest as that user, or set ALMAGEST_HOME to a folder of your own",
                        place.folder.string(), place.account.name));
    }
}

std::string version_of_server(const std::string& conninfo) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(conninfo.c_str()),
                                                                  &PQfinish);
    const auto* version = PQparameterStatus(connection.get(), "server_version");
    return version == nullptr ? "" : version;
}

}  // namespace

PrivateCluster::PrivateCluster(const config::ClusterSettings& settings,
                               const config::Places& places)
    : settings_(settings), places_(places) {}

std::string PrivateCluster::start() {
    if (const auto place = find_cluster(places_); place && takes_connections(*place)) {
        return place->conninfo();
    }
    make_home(places_.home);
    const system::FileLock lock(lock_file(places_), system::FileLock::Kind::exclusive);
    auto place = find_cluster(places_);
    if (place) {
        require_control(*place);
        mark_home(*place, places_);
    } else {
        place = make_cluster(settings_, places_);
    }
    start_server(settings_, *place);
    return place->conninfo();
}

bool PrivateCluster::stop() {
    if (!find_cluster(places_)) {
        return false;
    }
    const system::FileLock lock(lock_file(places_), system::FileLock::Kind::exclusive);
    const auto place = find_cluster(places_);
    if (!place) {
        return false;
    }
    require_control(*place);
    return stop_server(settings_, *place);
}

PrivateCluster::Status PrivateCluster::status() const {
    Status status;
    if (const auto place = find_cluster(places_)) {
        status.exists = true;
        status.running = takes_connections(*place);
        status.data_folder = place->data().string();
        status.conninfo = place->conninfo();
        if (status.running) {
            status.server_version = version_of_server(status.conninfo);
        }
    }
    return status;
}

}  // namespace almagest::store
