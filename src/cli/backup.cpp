#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/count_of.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/private_cluster.h"
#include "transfer/backup.h"

namespace almagest::cli {
namespace {

struct BackupArguments {
    std::string folder;
    bool force = false;
};

int back_up(Session& session, const BackupArguments& arguments) {
    const auto stop = stop_on_signals();
    const auto manifest =
        transfer::back_up({session.database().conninfo(), session.settings().cluster,
                           session.places().lake(), session.places().share},
                          arguments.folder, arguments.force, stop);
    std::uint64_t bytes = 0;
    for (const auto& file : manifest["files"]) bytes += file["bytes"].get<std::uint64_t>();
    if (session.json)
        print_json({{"folder", arguments.folder},
                    {"made_at", manifest["made_at"]},
                    {"files", manifest["files"].size()},
                    {"bytes", bytes}});
    else
        std::cout << fmt::format(
            "Database and lake are in {}: {} files, {}. `almagest db restore` reads it back.\n",
            printable(arguments.folder), grouped(manifest["files"].size()), bytes_text(bytes));
    return Exit::done;
}

std::string loss(const store::Holdings& held) {
    const auto count = [](std::int64_t number, std::string_view one, std::string_view many = "") {
        return count_of(static_cast<std::uint64_t>(number), one, many);
    };
    return fmt::format("{}, {}, {} and {}", count(held.pages, "page"),
                       count(held.entities, "entity", "entities"), count(held.runs, "run"),
                       count(held.jobs, "job"));
}

int restore(Session& session, const BackupArguments& arguments) {
    const auto stop = stop_on_signals();
    const transfer::Backup backup(arguments.folder, stop);
    const auto conninfo =
        session.database_url
            ? *session.database_url
            : store::PrivateCluster(session.settings().cluster, session.places()).start();
    const auto held = store::DatabaseCopy(conninfo, session.settings().cluster, stop).holdings();
    std::error_code none;
    const auto lake = session.places().lake();
    const bool empty = held.nothing() && (!std::filesystem::exists(lake, none) ||
                                          std::filesystem::is_empty(lake, none));
    if (!empty && !arguments.force)
        throw UsageError(fmt::format(
            "there is something already: {}, and the lake {}, would go; back them up and "
            "say --force, or restore into another home (ALMAGEST_HOME)",
            loss(held), lake.string()));
    if (!empty && !session.quiet)
        std::cerr << fmt::format("almagest: {} go, with the lake {}\n", loss(held),
                                 printable(lake.string()));
    const auto restored = backup.restore(
        {conninfo, session.settings().cluster, session.places().lake(), session.places().share});
    if (session.json)
        print_json({{"made_at", restored.made_at},
                    {"files", restored.files},
                    {"bytes", restored.bytes},
                    {"replaced",
                     {{"pages", held.pages},
                      {"entities", held.entities},
                      {"runs", held.runs},
                      {"jobs", held.jobs}}}});
    else
        std::cout << fmt::format("Database and lake are as they were at {}: {} files, {}.\n",
                                 printable(restored.made_at), grouped(restored.files),
                                 bytes_text(restored.bytes));
    return Exit::done;
}

}  // namespace

void add_backup(CLI::App& db, Action& action) {
    const auto add = [&](const char* name, const char* what, const char* folder, const char* force,
                         const char* footer, int (*perform)(Session&, const BackupArguments&)) {
        auto arguments = std::make_shared<BackupArguments>();
        auto* command = db.add_subcommand(name, what);
        command->add_option("DIR", arguments->folder, folder)->required();
        command->add_flag("--force", arguments->force, force);
        command->footer(footer);
        command->callback([&action, arguments, perform] {
            action = [arguments, perform](Session& session) {
                return perform(session, *arguments);
            };
        });
    };
    add("backup", "copy database and lake into a folder, with checksums",
        "a folder that is missing or empty", "replace an earlier backup there",
        "While others work too: the copy is of one moment. It holds pg_dump's archive and the "
        "lake; "
        "settings (almagest.yaml), logs and models are not in it.\n"
        "Example:\n  almagest db backup /backups/almagest-$(date +%F)",
        back_up);
    add("restore", "read a backup back, into an empty home", "a folder that `db backup` made",
        "in place of what is there, which goes",
        "Every file is checked first; what is there stays until all is read. Nobody else may be "
        "connected.\nExample:\n  ALMAGEST_HOME=/srv/almagest almagest db restore "
        "/backups/almagest-2026-01-02",
        restore);
}

}  // namespace almagest::cli
