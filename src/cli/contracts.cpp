#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "work/contract_check.h"
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

json report_of(const work::ContractReport& report) {
    auto row = report.figures;
    row["contract"] = report.folder;
    row["valid"] = report.faults.empty();
    row["faults"] = report.faults;
    row["notices"] = report.notices;
    return row;
}

void print(const work::ContractReport& report) {
    const auto& figures = report.figures;
    const auto number = [&](const char* key) { return cell(figures.value(key, json())); };
    std::cout << paint(report.faults.empty() ? "well   " : "refused",
                       report.faults.empty() ? Colour::green : Colour::red)
              << " " << printable(report.folder);
    if (figures.contains("prompt_tokens"))
        std::cout << fmt::format("  prompt {}, schema {}, answer {} tokens; {} of {} left",
                                 number("prompt_tokens"), number("contract_tokens"),
                                 number("output_reserve_tokens"), number("left_tokens"),
                                 number("window"));
    if (figures.contains("examples"))
        std::cout << fmt::format("  {} examples, {} counter-examples", number("examples"),
                                 number("counter_examples"));
    std::cout << "\n";
    if (figures.contains("change")) {
        const auto& change = figures["change"];
        std::cout << fmt::format("        since {}: {} ({} claimed)\n", cell(change["since"]),
                                 cell(change["needed"]), cell(change["claimed"]));
        for (const auto& reason : change["reasons"])
            std::cout << "          " << printable(cell(reason)) << "\n";
    }
    for (const auto& fault : report.faults) std::cout << "        " << printable(fault) << "\n";
    for (const auto& notice : report.notices)
        std::cout << "        " << paint(printable(notice), Colour::dim) << "\n";
}

int check(Session& session, const std::string& folder) {
    const auto contracts = session.places().share / "contracts";
    const auto reports = work::check_contracts(
        folder.empty() ? contracts : std::filesystem::path(folder), session.settings());
    std::size_t well = 0;
    auto rows = json::array();
    for (const auto& report : reports) {
        if (report.faults.empty()) ++well;
        rows.push_back(report_of(report));
        if (!session.json) print(report);
    }
    if (session.json)
        print_json(
            {{"checked", reports.size()}, {"valid", well == reports.size()}, {"contracts", rows}});
    else
        std::cout << fmt::format("{} contracts, {}\n", reports.size(),
                                 well == reports.size()
                                     ? "all valid"
                                     : fmt::format("{} refused", reports.size() - well));
    if (well == reports.size()) return Exit::done;
    return well == 0 ? Exit::failed : Exit::partly;
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
    auto folder = std::make_shared<std::string>();
    auto* checking = command->add_subcommand(
        "check",
        "say what is wrong with contracts, and what their changes mean for their versions");
    checking->add_option(
        "FOLDER", *folder,
        "a contracts folder, a job type's, or a version's; else the program's own");
    checking->callback([&action, folder] {
        action = [folder](Session& session) { return check(session, *folder); };
    });
    command->add_subcommand("sync", "register them in the database")->callback([&action] {
        action = sync;
    });
}

}  // namespace almagest::cli
