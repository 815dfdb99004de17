#include "store/database.h"

#include <utility>

#include "store/conninfo.h"
#include "store/migrations.h"
#include "store/private_cluster.h"
#include "store/retention.h"
#include "telemetry/log.h"

namespace almagest::store {

Database Database::open(const config::Settings& settings, const config::Places& places,
                        const std::optional<std::string>& url, bool migrate) {
    if (url) {
        const auto parameters = parse_conninfo(*url);
        if (const auto password = parameters.find("password"); password != parameters.end())
            telemetry::never_log(password->second);
    }
    Database database(url ? make_conninfo(parse_conninfo(*url))
                          : PrivateCluster(settings.cluster, places).start());
    if (migrate) {
        auto connection = database.connect("migrate");
        if (!store::migrate(connection, places.share / "database").nothing()) {
            Retention(connection).ensure_partitions();
        }
    }
    return database;
}

Connection Database::connect(const std::string& purpose) const {
    return connect(purpose, {});
}

Connection Database::connect(const std::string& purpose, std::string on_open) const {
    return Connection(conninfo_, "almagest " + purpose, std::move(on_open));
}

}  // namespace almagest::store
