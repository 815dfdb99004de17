#include "cli/review_item.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <map>

#include "error/error.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

const std::map<std::string, std::string>& short_names() {
    static const std::map<std::string, std::string> names = {
        {"pair", "dedupe_pair"}, {"page", "page_classification"}, {"proposal", "schema_proposal"}};
    return names;
}

std::string spaced(std::string words) {
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

std::string one_line(std::string text, std::size_t columns) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    text = printable(text);
    if (display_width(text) <= columns) return text;
    while (!text.empty() && display_width(text) >= columns) {
        do text.pop_back();
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U);
        // The lead byte of a character that was cut into goes too.
        if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0U) text.pop_back();
    }
    return text + "…";
}

std::string confidence_of(const json& item) {
    const auto found = item.find("confidence");
    return found == item.end() || !found->is_number() ? "    "
                                                      : fmt::format("{:.2f}", found->get<double>());
}

void print_evidence(const json& evidence) {
    const auto flat = [](std::string text) {
        std::replace(text.begin(), text.end(), '\n', ' ');
        return printable(text);
    };
    std::cout << "  " << paint("…" + flat(cell(evidence["before"])), Colour::dim)
              << paint(flat(cell(evidence["quote"])), Colour::bold)
              << paint(flat(cell(evidence["after"])) + "…", Colour::dim) << "\n  "
              << paint(fmt::format("{} {}–{} · {} · {}", printable(cell(evidence["locator"])),
                                   cell(evidence["char_start"]), cell(evidence["char_end"]),
                                   cell(evidence["grounding"]), confidence_of(evidence)),
                       Colour::dim)
              << "\n\n";
}

/// What a decision changed, "name: Artoo → Artoo-Detoo".
std::string changes_of(const json& decision) {
    std::string list;
    const auto& old_values = decision.at("old_values");
    for (const auto& [key, value] : decision.at("new_values").items()) {
        if (key == "name_id" || key == "name_key" || key == "left_behind" || key == "needs_review")
            continue;
        list += fmt::format("{}{}: {} → {}", list.empty() ? "" : ", ", key,
                            old_values.contains(key) ? cell(old_values[key]) : "–", cell(value));
    }
    return list;
}

void print_history(const json& history) {
    if (history.empty()) return;
    std::cout << "Decided before:\n";
    for (const auto& decision : history) {
        const auto changes = changes_of(decision);
        std::cout << printable(fmt::format(
                         "  {}  audit {}  {} by {}: {} → {}{}{}",
                         cell(decision["decided_at"]).substr(0, 16), cell(decision["audit_id"]),
                         cell(decision["decision"]), cell(decision["actor"]),
                         cell(decision["old_state"]), cell(decision["new_state"]),
                         decision["reason"].is_null() ? "" : " – " + cell(decision["reason"]),
                         changes.empty() ? "" : " (" + changes + ")"))
                  << "\n";
    }
}

void print_pair(const json& item) {
    for (const auto* member : {"first", "second"}) {
        const auto& entity = item.at(member);
        std::cout << printable(fmt::format("  entity:{}  {} ({})  {}, {} sources",
                                           cell(entity["entity_id"]), cell(entity["name"]),
                                           cell(entity["type"]), cell(entity["state"]),
                                           cell(entity["support"])))
                  << "\n";
    }
    if (item["explanation"].is_array())
        for (const auto& reason : item["explanation"])
            std::cout << paint(printable(fmt::format("  {:+.1f}  {} {}", reason.value("bits", 0.0),
                                                     cell(reason["evidence"]),
                                                     cell(reason["detail"]))),
                               Colour::dim)
                      << "\n";
    std::cout << "\n";
}

void print_conflicts(const json& conflicts) {
    if (conflicts.empty()) return;
    std::cout << "Others say otherwise:\n";
    for (const auto& conflict : conflicts) {
        const bool is_passage = conflict.at("item_type").is_null();
        std::cout << fmt::format(
            "  {}  {}  {}  {}\n", is_passage ? "a passage" : written(conflict),
            confidence_of(conflict), printable(cell(conflict["label"])),
            paint(cell(conflict["state"]), colour_of_state(cell(conflict["state"]))));
        for (const auto& evidence : conflict.at("evidence"))
            std::cout << "    “" << one_line(cell(evidence["quote"]), 100) << "”  "
                      << paint(
                             fmt::format("{} {}–{}", printable(cell(evidence["locator"])),
                                         cell(evidence["char_start"]), cell(evidence["char_end"])),
                             Colour::dim)
                      << "\n";
    }
    std::cout << "\n";
}

void print_dependants(const json& dependants) {
    if (dependants.empty()) return;
    std::cout << "A rejection takes with it:\n";
    for (const auto& one : dependants)
        std::cout << fmt::format("  {}  {}  {}\n", written(one), printable(cell(one["label"])),
                                 paint(cell(one["state"]), colour_of_state(cell(one["state"]))));
    std::cout << "\n";
}

}  // namespace

Colour colour_of_state(const std::string& state) {
    if (state == "promoted" || state == "adjudicated" || state == "merged") return Colour::green;
    if (state == "rejected") return Colour::red;
    return state == "suppressed" || state == "distinct" ? Colour::dim : Colour::yellow;
}

std::string item_type_of(const std::string& name) {
    const auto known = short_names().find(name);
    return known == short_names().end() ? name : known->second;
}

store::ReviewItem item_of(const std::string& text) {
    const auto colon = text.find(':');
    store::ReviewItem item;
    item.type = item_type_of(text.substr(0, colon));
    if (colon != std::string::npos) {
        const char* end = text.data() + text.size();
        const auto [rest, fault] = std::from_chars(text.data() + colon + 1, end, item.id);
        if (fault == std::errc() && rest == end && item.id > 0) return item;
    }
    throw UsageError(fmt::format(
        "“{}” names no item; write its type and number, as in entity:12 (`almagest review list`)",
        text));
}

std::string written(const json& item) {
    const auto type = cell(item.at("item_type"));
    for (const auto& [name, known] : short_names())
        if (known == type) return name + ":" + cell(item.at("item_id"));
    return type + ":" + cell(item.at("item_id"));
}

void print_waiting(const json& waiting) {
    constexpr std::size_t quote_columns = 90;
    std::size_t width = 0;
    for (const auto& item : waiting.at("items")) width = std::max(width, written(item).size());
    for (const auto& item : waiting.at("items")) {
        const auto name = written(item);
        std::cout << paint(fmt::format("{:<{}}", name, width), Colour::bold) << "  "
                  << paint(confidence_of(item), Colour::yellow) << "  "
                  << one_line(cell(item["label"]), quote_columns) << "\n"
                  << std::string(width + 8, ' ')
                  << paint(fmt::format(
                               "{}{}", spaced(cell(item["reason"])),
                               item["quote"].is_null()
                                   ? ""
                                   : " · “" + one_line(cell(item["quote"]), quote_columns) + "”"),
                           Colour::dim)
                  << "\n";
        if (!item["locator"].is_null())
            std::cout << std::string(width + 8, ' ')
                      << paint(one_line(cell(item["title"]).empty() ? cell(item["locator"])
                                                                    : cell(item["title"]),
                                        quote_columns),
                               Colour::dim)
                      << "\n";
    }
}

void print_item(const json& item) {
    const auto state = cell(item["state"]);
    std::cout << paint(printable(cell(item["label"])), Colour::bold) << "\n"
              << fmt::format("{} · {} {}\n\n", written(item), paint(state, colour_of_state(state)),
                             confidence_of(item));
    if (item.contains("first")) print_pair(item);
    for (const auto& evidence : item.at("evidence")) print_evidence(evidence);
    print_conflicts(item.at("conflicts"));
    print_dependants(item.value("dependants", json::array()));
    print_history(item.at("history"));
}

}  // namespace almagest::cli
