#include "cli/entity_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "cli/print.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

Colour colour_of(const std::string& state) {
    if (state == "promoted" || state == "adjudicated") return Colour::green;
    return state == "suppressed" || state == "retired" ? Colour::dim : Colour::yellow;
}

std::string state_of(const json& row) {
    const auto state = cell(row.value("promotion_state", json()));
    return paint(fmt::format("{} {:.2f}", state, row.value("confidence", 0.0)), colour_of(state));
}

/// "died_in" as "died in".
std::string words_of(const json& term) {
    auto words = printable(cell(term));
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

std::string listed(const json& values) {
    if (!values.is_array()) return printable(cell(values));
    std::string list;
    for (const auto& value : values) list += (list.empty() ? "" : ", ") + printable(cell(value));
    return list;
}

/// One end of a span: the work that bounds it, else the day, with the page's words where they say
/// more.
std::string bound_of(const json& row, const char* work, const char* date, const char* text) {
    auto bound = cell(row.value(work, json()));
    if (bound.empty()) bound = cell(row.value(date, json()));
    auto words = cell(row.value(text, json()));
    if (bound.empty()) return words;
    return words.empty() || words == bound ? bound : fmt::format("{} ({})", bound, words);
}

std::string span_of(const json& row) {
    const auto start = bound_of(row, "start_work", "start_date", "start_text");
    const auto end = bound_of(row, "end_work", "end_date", "end_text");
    const auto context = cell(row.value("work_context", json()));
    std::string span;
    if (!start.empty() || !end.empty())
        span = start == end
                   ? start
                   : fmt::format("{} … {}", start.empty() ? "?" : start, end.empty() ? "?" : end);
    if (!context.empty()) span += (span.empty() ? "in " : ", in ") + context;
    return printable(span);
}

void print_quotes(const json& row, std::size_t most) {
    const auto all = row.value("evidence", json::array());
    for (std::size_t i = 0; i < std::min(most, all.size()); ++i) {
        const auto quote = cell(all[i]["quote"]);
        const auto place = printable(
            fmt::format("{} {}–{}, {}", cell(all[i]["locator"]), cell(all[i]["char_start"]),
                        cell(all[i]["char_end"]), cell(all[i]["grounding"])));
        if (!quote.empty())
            std::cout << "      " << paint(fmt::format("“{}”", printable(quote)), Colour::dim)
                      << "\n";
        std::cout << "      " << paint(place, Colour::dim) << "\n";
    }
    if (all.size() > most && most > 0)
        std::cout << "      " << paint(fmt::format("and {} more", all.size() - most), Colour::dim)
                  << "\n";
}

void print_line(const std::string& what, const json& row, std::size_t quotes) {
    const auto span = span_of(row);
    const auto undated = row.value("holds", json()) == "undated" ? "undated" : "";
    std::cout << "  " << what << (span.empty() ? "" : "  " + span)
              << (*undated == '\0' ? "" : "  " + paint(undated, Colour::dim)) << "  "
              << state_of(row) << "\n";
    print_quotes(row, quotes);
}

void print_heading(const std::string& title) {
    std::cout << "\n" << paint(title, Colour::bold) << "\n";
}

void print_facts(const json& facts, std::size_t quotes) {
    if (facts.empty()) return;
    print_heading("Facts");
    for (const auto& fact : facts) {
        const auto unit = cell(fact["unit"]);
        print_line(fmt::format("{}: {}{}", words_of(fact["predicate"]),
                               paint(printable(cell(fact["value"])), Colour::bold),
                               unit.empty() ? "" : " " + printable(unit)),
                   fact, quotes);
    }
}

void print_relations(const json& entity, std::size_t quotes) {
    if (entity["relations"].empty()) return;
    print_heading("Relations");
    const auto name = printable(cell(entity["name"]));
    for (const auto& relation : entity["relations"]) {
        const auto other = printable(cell(relation["other"]["name"]));
        const bool out = relation["direction"] == "out";
        print_line(fmt::format("{} {} {}", out ? name : other,
                               paint(words_of(relation["relation_type"]), Colour::bold),
                               out ? other : name),
                   relation, quotes);
    }
}

void print_bridges(const std::string& title, const json& rows, std::size_t quotes) {
    if (rows.empty()) return;
    print_heading(title);
    for (const auto& row : rows) {
        const auto type = cell(row["other"]["type"]);
        const auto role = cell(row["role"]);
        print_line(fmt::format("{}{}{}", role == "unknown" ? "" : words_of(row["role"]) + " ",
                               paint(printable(cell(row["other"]["name"])), Colour::bold),
                               type == "unknown" ? "" : fmt::format(" ({})", words_of(type))),
                   row, quotes);
    }
}

void print_conflicts(const json& conflicts) {
    if (conflicts.empty()) return;
    print_heading("Contradictions");
    for (const auto& conflict : conflicts) {
        std::string values;
        for (const auto& value : conflict["values"]) {
            const auto unit = cell(value["unit"]);
            const auto pages = cell(value["support"]);
            values += fmt::format(
                "{}{}{} ({} {})", values.empty() ? "" : " or ", printable(cell(value["value"])),
                unit.empty() ? "" : " " + printable(unit), pages, pages == "1" ? "page" : "pages");
        }
        std::cout << "  " << words_of(conflict["predicate"]) << ": "
                  << paint(values, Colour::yellow) << "\n";
    }
}

void print_similar(const json& entity) {
    if (entity["similar"].empty()) return;
    print_heading("May be the same");
    for (const auto& other : entity["similar"])
        std::cout << printable(fmt::format("  {} ({}), {}: `almagest merge {} {}` says so",
                                           cell(other["name"]), words_of(other["type"]),
                                           words_of(other["reason"]), cell(entity["entity_id"]),
                                           cell(other["entity_id"])))
                  << "\n";
}

/// "named twice on one page".
std::string naming_of(const json& entity) {
    const auto times = entity.value("mentions", 0);
    const auto pages = entity.value("pages", 0);
    if (times == 0) return "named nowhere";
    return fmt::format("named {} on {}",
                       times == 1   ? "once"
                       : times == 2 ? "twice"
                                    : fmt::format("{} times", times),
                       pages == 1 ? "one page" : fmt::format("{} pages", pages));
}

void print_head(const json& entity) {
    std::cout << paint(printable(cell(entity["name"])), Colour::bold)
              << fmt::format(" · {} · {} · {}\n", words_of(entity["type"]), state_of(entity),
                             naming_of(entity));
    if (!entity["aliases"].empty()) std::cout << "  also: " << listed(entity["aliases"]) << "\n";
    if (!entity["tags"].empty()) std::cout << "  tags: " << listed(entity["tags"]) << "\n";
    for (const auto& [key, value] : entity["attributes"].items())
        std::cout << fmt::format("  {}: {}\n", words_of(key), listed(value));
}

}  // namespace

void print_entity_card(const json& entity, std::size_t quotes) {
    print_head(entity);
    print_facts(entity["facts"], quotes);
    print_relations(entity, quotes);
    print_bridges("Events", entity["events"], quotes);
    print_bridges("Works", entity["works"], quotes);
    print_bridges("Places", entity["locations"], quotes);
    print_bridges("Periods", entity["periods"], quotes);
    print_bridges("Concepts", entity["concepts"], quotes);
    std::size_t others = 0;
    for (const auto& [family, rows] : entity["others"].items()) {
        others += rows.size();
        auto title = words_of(family);
        if (!title.empty() && title[0] >= 'a' && title[0] <= 'z')
            title[0] = static_cast<char>(title[0] - 'a' + 'A');
        print_bridges(title, rows, quotes);
    }
    print_conflicts(entity["conflicts"]);
    print_similar(entity);
    // Where no line shows the passages, the mentions do.
    if (others == 0 && entity["facts"].empty() && entity["relations"].empty() &&
        entity["events"].empty() && entity["works"].empty() && entity["locations"].empty())
        print_quotes(entity, quotes);
}

}  // namespace almagest::cli
