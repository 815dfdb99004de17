#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include "config/settings.h"
#include "store/private_cluster.h"

namespace almagest::store {

/// An $ALMAGEST_HOME of its own under /tmp; at the end its cluster is stopped and all is removed.
class TemporaryHome {
  public:
    enum class Reach { everybody, owner };

    explicit TemporaryHome(Reach reach = Reach::everybody) {
        std::string name = "/tmp/alm.XXXXXX";
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        places_.home = name;
        places_.share = ALMAGEST_SOURCE_DIR;
        if (reach == Reach::everybody) {
            std::filesystem::permissions(name, std::filesystem::perms(0755));
        }
    }
    ~TemporaryHome() {
        std::error_code none;
        const auto cluster = std::filesystem::canonical(places_.cluster(), none);
        try {
            PrivateCluster(settings_, places_).stop();
        } catch (const std::exception&) {
            // Data that a test broke on purpose; its server ends when its folder goes.
        }
        if (!cluster.empty()) {
            std::filesystem::remove_all(cluster, none);
        }
        std::filesystem::remove_all(places_.home, none);
    }
    TemporaryHome(const TemporaryHome&) = delete;
    TemporaryHome& operator=(const TemporaryHome&) = delete;

    [[nodiscard]] const config::Places& places() const { return places_; }
    [[nodiscard]] config::ClusterSettings& settings() { return settings_; }
    [[nodiscard]] PrivateCluster cluster() const { return {settings_, places_}; }

  private:
    config::Places places_;
    config::ClusterSettings settings_;
};

}  // namespace almagest::store
