#include "store/shared_cluster.h"

#include <fmt/format.h>

#include <pqxx/pqxx>

#include "store/conninfo.h"
#include "store/database.h"
#include "store/migrations.h"

// libpqxx 6.4 drops the result of a query in which the connection was lost.
extern "C" const char* __lsan_default_suppressions();  // NOLINT: the leak checker's own name
extern "C" const char* __lsan_default_suppressions() {
    return "leak:PQmakeEmptyPGresult";
}

namespace almagest::store {
namespace {

const auto* const registered = testing::AddGlobalTestEnvironment(new SharedCluster);

std::string make_database(const std::string& conninfo, const std::string& name,
                          const std::string& options) {
    pqxx::connection connection(conninfo);
    pqxx::nontransaction(connection).exec(fmt::format("CREATE DATABASE {} {}", name, options));
    auto parameters = parse_conninfo(conninfo);
    parameters["dbname"] = name;
    return make_conninfo(parameters);
}

std::string next_name() {
    static int count = 0;
    return fmt::format("test_{}", ++count);
}

}  // namespace

std::unique_ptr<TemporaryHome> SharedCluster::home_;

TemporaryHome& SharedCluster::home() {
    if (!home_) {
        home_ = std::make_unique<TemporaryHome>();
        home_->settings().parameters = {{"fsync", "off"}};  // it outlives no crash anyway
    }
    return *home_;
}

std::string SharedCluster::empty_database() {
    return make_database(home().cluster().start(), next_name(), "");
}

std::string SharedCluster::migrated_database() {
    static const auto prepared = [] {
        auto name = next_name();
        Connection connection(make_database(home().cluster().start(), name, ""), "test");
        (void)migrate(connection, home().places().share / "database");
        return name;
    }();
    return make_database(home().cluster().start(), next_name(), "TEMPLATE " + prepared);
}

void SharedCluster::TearDown() {
    home_.reset();
}

}  // namespace almagest::store
