#include "cli/show_page.h"

#include <fmt/format.h>

#include <iostream>
#include <vector>

#include "cli/print.h"
#include "error/error.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

std::int64_t page_id(Session& session, const std::string& name) {
    const auto found = session.rows(
        "SELECT f.source_page_id, f.locator FROM sem.fn_find_pages($1::int, ARRAY[$2::text]) f",
        {std::to_string(session.tenant_id()), name});
    if (found.empty())
        throw Error(
            "no page was read under the name “" + name +
            "”; `almagest sql \"SELECT source_page_id, locator FROM sem.source_page\"` lists "
            "every page");
    if (found.size() > 1) {
        std::string places;
        for (const auto& page : found)
            places += fmt::format("{}{} ({})", places.empty() ? "" : ", ",
                                  cell(page["source_page_id"]), cell(page["locator"]));
        throw UsageError("“" + name + "” may be several pages: " + places + "; name one by its id");
    }
    return found[0]["source_page_id"].get<std::int64_t>();
}

std::string state_of(const json& item) {
    return fmt::format("{} {:.2f}", cell(item["promotion_state"]), item.value("confidence", 0.0));
}

std::string bounds_of(const json& item) {
    const auto start = cell(item["start_date"]);
    const auto end = cell(item["end_date"]);
    if (start.empty() && end.empty()) return "";
    return fmt::format("{} … {}", start.empty() ? "?" : start, end.empty() ? "?" : end);
}

std::string conflicts_of(const json& item) {
    std::string ids;
    for (const auto& id : item["conflicts"]) ids += (ids.empty() ? "" : ", ") + cell(id);
    return ids.empty() ? "" : "conflicts with " + ids;
}

void print_relations(const json& relations) {
    if (relations.empty()) return;
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : relations)
        rows.push_back({cell(item["relation_id"]), cell(item["subject"]), cell(item["predicate"]),
                        cell(item["object"]), bounds_of(item), cell(item["passages"]),
                        state_of(item), conflicts_of(item)});
    std::cout << paint("Relations", Colour::bold) << "\n"
              << table({"id", "subject", "predicate", "object", "time", "passages", "state", ""},
                       rows);
}

void print_named(const std::string& title, const json& items) {
    if (items.empty()) return;
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : items)
        rows.push_back({cell(item["name"]), cell(item["type"]), cell(item.value("date", json())),
                        cell(item["passages"]), cell(item["promotion_state"])});
    std::cout << paint(title, Colour::bold) << "\n"
              << table({"name", "type", "date", "passages", "state"}, rows);
}

void print_page(const json& result) {
    const auto& page = result["page"];
    std::cout << paint(printable(cell(page["title"])), Colour::bold)
              << fmt::format(" · page {}, version {}, {} chunks\n{}\n",
                             cell(page["source_page_id"]), cell(page["version"]),
                             cell(page["chunks"]), printable(cell(page["locator"])));
    if (const auto& kind = result["classification"]; !kind.is_null())
        std::cout << fmt::format("{}: {}\n", printable(cell(kind["primary_type"])),
                                 printable(cell(kind["descriptor_sentence"])));
    print_named("Entities", result["entities"]);
    print_relations(result["relations"]);
    print_named("Events", result["events"]);
    print_named("Works", result["works"]);
    for (const auto& [table, rows] : result["others"].items())
        std::cout << fmt::format("{}: {}\n", table, cell(rows));
}

}  // namespace

int show_page(Session& session, const std::string& name) {
    const auto rows =
        session.rows("SELECT dbo.fn_page_result($1::int, $2::bigint) AS result",
                     {std::to_string(session.tenant_id()), std::to_string(page_id(session, name))});
    const auto& result = rows.at(0)["result"];
    if (session.json)
        print_json(result);
    else
        print_page(result);
    return Exit::done;
}

}  // namespace almagest::cli
