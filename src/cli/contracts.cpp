#include <fmt/format.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/print.h"
#include "work/reading.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

json list_of(const contract::Registry& registry) {
    auto types = json::array();
    for (const auto& type : registry.all())
        types.push_back({{"job_type", type.job_type},
                         {"version", type.version.text()},
                         {"unit", type.unit == contract::Unit::page ? "page" : "chunk"},
                         {"after", type.after ? json(*type.after) : json()},
                         {"handler", type.handler},
                         {"description", type.description}});
    return types;
}

int list(Session& session) {
    const auto types = list_of(session.registry());
    if (session.json)
        print_json({{"job_types", types}});
    else
        std::cout << table_of({"job_type", "version", "unit", "after", "handler"}, types);
    return Exit::done;
}

int check(Session& session) {
    const auto count = session.registry().all().size();  // loading checks
    if (session.json)
        print_json({{"checked", count}, {"valid", true}});
    else
        std::cout << fmt::format("{} contracts, all valid\n", count);
    return Exit::done;
}

int sync(Session& session) {
    auto said = json::array();
    for (const auto& [type, what] :
         work::sync_contracts(session.connection(), session.settings(), session.registry()))
        said.push_back({{"job_type", type}, {"state", what}});
    if (session.json)
        print_json({{"job_types", said}});
    else
        std::cout << table_of({"job_type", "state"}, said);
    return Exit::done;
}

}  // namespace

void add_contracts(CLI::App& program, Action& action) {
    auto* command = program.add_subcommand("contracts", "job types: list, check, sync");
    command->require_subcommand(1);
    command->add_subcommand("list", "every version of every job type")->callback([&action] {
        action = list;
    });
    command->add_subcommand("check", "read the folders and say what is wrong with them")
        ->callback([&action] { action = check; });
    command->add_subcommand("sync", "register them in the database")->callback([&action] {
        action = sync;
    });
}

}  // namespace almagest::cli
