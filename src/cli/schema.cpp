#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/schema_proposals.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

struct Decision {
    std::int64_t proposal_id = 0;
    std::string reason;
    std::string table;
    std::string family;
    std::vector<std::string> columns;
    bool no_columns = false;
};

int list(Session& session, const std::string& status) {
    const auto wanted = status == "all" ? std::string() : status;
    const auto proposals =
        store::SchemaProposals(session.connection()).list(session.tenant_id(), wanted);
    if (session.json) {
        print_json(proposals);
    } else if (proposals.empty()) {
        std::cout << "No " << (wanted.empty() ? "" : wanted + " ")
                  << "proposals: everything that was read fits a table.\n";
    } else {
        std::cout << table_of({"proposal_id", "family", "kind", "table_name", "status", "items",
                               "support", "confidence"},
                              proposals);
    }
    return Exit::done;
}

void print_example(const json& example) {
    std::cout << "  " << paint(printable(cell(example["label"])), Colour::bold) << "  "
              << printable(example["fields"].dump(-1, ' ', false, json::error_handler_t::replace))
              << "\n";
    for (const auto& evidence : example["evidence"])
        std::cout << paint(printable(fmt::format("      “{}”  {} {}–{}", cell(evidence["quote"]),
                                                 cell(evidence["locator"]),
                                                 cell(evidence["char_start"]),
                                                 cell(evidence["char_end"]))),
                           Colour::dim)
                  << "\n";
}

std::string columns_text(const json& columns) {
    std::string text;
    for (const auto& column : columns)
        text += fmt::format("{}{} ({})", text.empty() ? " with the columns " : ", ",
                            printable(cell(column["column"])), printable(cell(column["type"])));
    return text;
}

void print_proposal(const json& proposal) {
    std::cout << paint(printable(cell(proposal["family"])), Colour::bold)
              << printable(fmt::format(" · proposal {} · {} · {} · {} items wait, from {} pages\n",
                                       cell(proposal["proposal_id"]), cell(proposal["kind"]),
                                       cell(proposal["status"]), cell(proposal["items"]),
                                       cell(proposal["support"])));
    if (!proposal["decided_at"].is_null())
        std::cout << printable(fmt::format(
                         "  {} by {} at {}{}", cell(proposal["status"]), cell(proposal["actor"]),
                         cell(proposal["decided_at"]),
                         proposal["reason"].is_null() ? "" : ": " + cell(proposal["reason"])))
                  << "\n";
    for (const auto& [field, types] : proposal["fields"].items()) {
        std::string names;
        for (const auto& type : types.is_array() ? types : json::array({types}))
            names += (names.empty() ? "" : " or ") + cell(type);
        std::cout << printable(fmt::format("  {}: {}", field, names)) << "\n";
    }
    for (const auto& example : proposal["examples"]) print_example(example);
    if (!proposal["cannot_be_made"].is_null())
        std::cout << paint(printable(cell(proposal["cannot_be_made"])), Colour::yellow) << "\n";
    else if (!proposal["would_make"].is_null())
        std::cout << "Approving it makes dbo." << printable(cell(proposal["table_name"]))
                  << columns_text(proposal["would_have"]) << " and moves the items in.\n";
}

int show(Session& session, std::int64_t id, int examples) {
    const auto proposal =
        store::SchemaProposals(session.connection()).show(session.tenant_id(), id, examples);
    if (proposal.is_null())
        throw UsageError(fmt::format(
            "there is no schema proposal {}; `almagest schema list --status all` lists them", id));
    if (session.json)
        print_json(proposal);
    else
        print_proposal(proposal);
    return Exit::done;
}

/// {"cost": "number"} of "cost=number".
json columns_of(const std::vector<std::string>& wanted) {
    auto columns = json::object();
    for (const auto& column : wanted) {
        const auto at = column.rfind('=');
        if (at == std::string::npos || at == 0)
            throw UsageError(fmt::format(
                "--column {}: write FIELD=TYPE, as cost=number; types are number, date, boolean "
                "and text",
                column));
        const auto type = column.substr(at + 1);
        if (type != "number" && type != "date" && type != "boolean" && type != "text")
            throw UsageError(
                fmt::format("--column {}: the type must be number, date, boolean or text", column));
        columns[column.substr(0, at)] = type;
    }
    return columns;
}

int approve(Session& session, const Decision& decision) {
    json override = json::object();
    if (!decision.table.empty()) override["table"] = decision.table;
    if (!decision.family.empty()) override["family"] = decision.family;
    if (decision.no_columns || !decision.columns.empty())
        override["columns"] = columns_of(decision.columns);
    const auto made = store::SchemaProposals(session.connection())
                          .approve(session.tenant_id(), decision.proposal_id, decision.reason,
                                   operator_name(), override);
    if (session.json)
        print_json(made);
    else
        std::cout << printable(fmt::format(
                         "{} {}; {} item(s) moved in. What is read of {} from now on goes there.",
                         cell(made["table_name"]),
                         made["is_new_table"] == true ? "is made" : "was there already",
                         cell(made["moved"]), cell(made["family"])))
                  << "\n";
    return Exit::done;
}

int reject(Session& session, const Decision& decision) {
    const auto rejected =
        store::SchemaProposals(session.connection())
            .reject(session.tenant_id(), decision.proposal_id, decision.reason, operator_name());
    if (session.json)
        print_json(rejected);
    else
        std::cout << printable(fmt::format("{} is rejected and will not be proposed again; its {} "
                                           "item(s) stay suppressed",
                                           cell(rejected["family"]), cell(rejected["items"])))
                  << "\n";
    return Exit::done;
}

}  // namespace

void add_schema(CLI::App& program, Action& action) {
    auto* schema = program.add_subcommand("schema", "tables proposed for what fits none");
    schema->require_subcommand(1);

    auto status = std::make_shared<std::string>("open");
    auto* listing = schema->add_subcommand("list", "proposals, the best supported first");
    listing->add_option("--status", *status, "which")
        ->check(CLI::IsMember({"open", "approved", "rejected", "all"}))
        ->capture_default_str();
    listing->callback([&action, status] {
        action = [status](Session& session) { return list(session, *status); };
    });

    auto decision = std::make_shared<Decision>();
    auto examples = std::make_shared<int>(10);
    auto* showing = schema->add_subcommand("show", "one, with examples of what waits for it");
    showing->add_option("ID", decision->proposal_id, "the proposal")->required();
    showing->add_option("--examples", *examples, "at most so many")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    showing->callback([&action, decision, examples] {
        action = [=](Session& session) { return show(session, decision->proposal_id, *examples); };
    });

    auto* approving = schema->add_subcommand("approve", "makes the table and moves the items in");
    approving->add_option("ID", decision->proposal_id, "the proposal")->required();
    approving->add_option("--reason", decision->reason, "why; kept with it");
    approving->add_option("--table", decision->table, "another name: dim_… or bridge_…");
    approving->add_option("--family", decision->family,
                          "another family, or one that there is: then its table takes the items");
    auto* columns = approving->add_option("--column", decision->columns,
                                          "FIELD=TYPE (number, date, boolean, text): these typed "
                                          "columns instead of those that `show` "
                                          "names; may be repeated");
    approving->add_flag("--no-columns", decision->no_columns, "no typed columns")
        ->excludes(columns);
    approving->footer(
        "Examples:\n  almagest schema approve 3 --table dim_spell --reason \"spells matter\"\n  "
        "almagest schema approve 3 --column cost=number --column invented=date\n"
        "A table that is made stays: see docs/database.md, New tables.");
    approving->callback([&action, decision] {
        action = [decision](Session& session) { return approve(session, *decision); };
    });

    auto* rejecting = schema->add_subcommand("reject", "not to be proposed again");
    rejecting->add_option("ID", decision->proposal_id, "the proposal")->required();
    rejecting->add_option("--reason", decision->reason, "why; kept with it");
    rejecting->callback([&action, decision] {
        action = [decision](Session& session) { return reject(session, *decision); };
    });
}

}  // namespace almagest::cli
