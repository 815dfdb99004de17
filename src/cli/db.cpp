#include <fmt/format.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/migrations.h"
#include "store/private_cluster.h"
#include "store/retention.h"
#include "store/review.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

store::PrivateCluster private_cluster(Session& session) {
    if (session.database_url)
        throw UsageError(
            "--database names a server that is not Almagest's to start, stop or look into; leave "
            "it out for the private cluster");
    return {session.settings().cluster, session.places()};
}

int status(Session& session) {
    const auto is = private_cluster(session).status();
    const json document = {{"exists", is.exists},
                           {"running", is.running},
                           {"data_folder", is.data_folder},
                           {"conninfo", is.conninfo},
                           {"server_version", is.server_version}};
    if (session.json) {
        print_json(document);
        return Exit::done;
    }
    if (!is.exists)
        std::cout
            << "There is no private cluster yet; the first command that needs one makes it.\n";
    else
        std::cout << fmt::format("PostgreSQL {} in {}: {}\n", is.server_version, is.data_folder,
                                 is.running ? "running" : "stopped (the next command starts it)");
    return Exit::done;
}

int migrate(Session& session) {
    const auto database =
        store::Database::open(session.settings(), session.places(), session.database_url, false);
    auto connection = database.connect("migrate");
    const auto report = store::migrate(connection, session.places().share / "database");
    const auto partitions = store::Retention(connection).ensure_partitions();
    if (session.json) {
        print_json({{"migrations", report.migrations},
                    {"procedures", report.procedures},
                    {"history_partitions", partitions}});
    } else if (report.nothing() && partitions == 0) {
        std::cout << "The database is up to date; nothing was done.\n";
    } else {
        for (const auto& name : report.migrations) std::cout << "migrated " << name << "\n";
        std::cout << fmt::format("{} procedures and views applied, {} months of history prepared\n",
                                 report.procedures.size(), partitions);
    }
    return Exit::done;
}

int roles(Session& session) {
    const auto roles = store::Review(session.connection()).ensure_roles();
    auto list = json::array();
    for (const auto& role : roles) list.push_back({{"role", role.name}, {"is_new", role.is_new}});
    if (session.json) {
        print_json({{"roles", list}});
        return Exit::done;
    }
    for (const auto& role : roles)
        std::cout << fmt::format("{} {}\n", role.name,
                                 role.is_new ? "made" : "was there; its rights are up to date");
    std::cout << "Give them to users: CREATE USER anna PASSWORD '…' IN ROLE almagest_reviewer;\n";
    return Exit::done;
}

int stop(Session& session) {
    const bool stopped = private_cluster(session).stop();
    if (session.json)
        print_json({{"stopped", stopped}});
    else
        std::cout << (stopped ? "The private cluster is stopped.\n"
                              : "The private cluster did not run.\n");
    return Exit::done;
}

}  // namespace

void add_db(CLI::App& program, Action& action) {
    auto* command = program.add_subcommand(
        "db", "the database: status, migrate, backup, restore, prune, roles, stop");
    command->require_subcommand(1);
    command->add_subcommand("status", "is there one, does it run, where")->callback([&action] {
        action = status;
    });
    command->add_subcommand("migrate", "bring it up to this program's version")
        ->callback([&action] { action = migrate; });
    add_backup(*command, action);
    add_prune(*command, action);
    command
        ->add_subcommand("roles",
                         "make the server's roles almagest_reader (BI tools) and "
                         "almagest_reviewer, or bring their rights up to date")
        ->callback([&action] { action = roles; });
    command->add_subcommand("stop", "stop the private cluster; nothing is lost")
        ->callback([&action] { action = stop; });
}

}  // namespace almagest::cli
