#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

Colour colour_of(const std::string& state) {
    if (state == "promoted" || state == "adjudicated") return Colour::green;
    return state == "suppressed" ? Colour::dim : Colour::yellow;
}

std::string bounds_of(const json& relation) {
    const auto start = cell(relation.value("start_date", json()));
    const auto end = cell(relation.value("end_date", json()));
    if (start.empty() && end.empty()) return "";
    return fmt::format("{} … {}", start.empty() ? "?" : start, end.empty() ? "?" : end);
}

void print_quote(const json& evidence) {
    std::cout << "      "
              << paint(fmt::format("“{}”", printable(cell(evidence["quote"]))), Colour::dim)
              << "\n      "
              << paint(fmt::format("{} {}–{}, {}", printable(cell(evidence["locator"])),
                                   cell(evidence["char_start"]), cell(evidence["char_end"]),
                                   cell(evidence["grounding"])),
                       Colour::dim)
              << "\n";
}

void print_relation(const json& relation, const std::string& name) {
    const auto other = printable(cell(relation["other"]["name"]));
    const auto type = printable(cell(relation["relation_type"]));
    const bool out = relation["direction"] == "out";
    const auto state = cell(relation["promotion_state"]);
    std::cout << fmt::format(
        "  {} {} {}  {}  {}\n", out ? printable(name) : other, paint(type, Colour::bold),
        out ? other : printable(name), bounds_of(relation),
        paint(fmt::format("{} {:.2f}", state, relation.value("confidence", 0.0)),
              colour_of(state)));
    for (const auto& evidence : relation.value("evidence", json::array())) print_quote(evidence);
}

void print_entity(const json& entity) {
    const auto name = cell(entity["name"]);
    const auto state = cell(entity["promotion_state"]);
    std::cout << paint(printable(name), Colour::bold)
              << fmt::format(" · {} · {} · named {} times on {} pages\n",
                             printable(cell(entity["type"])),
                             paint(fmt::format("{} {:.2f}", state, entity.value("confidence", 0.0)),
                                   colour_of(state)),
                             cell(entity["mentions"]), cell(entity["pages"]));
    if (const auto aliases = entity.value("aliases", json::array()); !aliases.empty()) {
        std::string list;
        for (const auto& alias : aliases)
            list += (list.empty() ? "" : ", ") + printable(cell(alias));
        std::cout << "  also: " << list << "\n";
    }
    if (const auto attributes = entity.value("attributes", json::object()); !attributes.empty())
        for (const auto& [key, value] : attributes.items())
            std::cout << fmt::format("  {}: {}\n", printable(key), printable(cell(value)));
    const auto relations = entity.value("relations", json::array());
    for (const auto& relation : relations) print_relation(relation, name);
    // Where no relation shows the passages, the mentions do.
    if (relations.empty())
        for (const auto& evidence : entity.value("evidence", json::array())) print_quote(evidence);
}

int show(Session& session, const std::string& name) {
    const auto known =
        store::Knowledge(session.connection()).show_entity(session.tenant_id(), name);
    if (known.is_null())
        throw Error(
            "nothing is known about “" + name +
            "”; `almagest sql \"SELECT entity_name FROM dbo.dim_entity\"` lists every name");
    if (session.json) {
        print_json(known);
        return Exit::done;
    }
    for (const auto& entity : known.at("matches")) print_entity(entity);
    return Exit::done;
}

}  // namespace

void add_show(CLI::App& program, Action& action) {
    auto name = std::make_shared<std::string>();
    auto* command =
        program.add_subcommand("show", "everything known about one entity, with its evidence");
    command->add_option("ENTITY", *name, "a name or an alias, in any case")->required();
    command->footer("Example:\n  almagest show \"Ada Byron\"");
    command->callback(
        [&action, name] { action = [name](Session& session) { return show(session, *name); }; });
}

}  // namespace almagest::cli
