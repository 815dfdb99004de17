#include "contract/told_dimensions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "contract/item_bounds.h"
#include "contract/mention.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

using nlohmann::json;
using text::Range;

constexpr std::size_t longest_date = 50;  // code points in brackets

/// "(8 April 2007)" right behind a name; the name and the brackets. Empty: there are none.
Range dated_in_brackets(const text::CodePointIndex& index, const Range& name) {
    const auto rest = index.slice({name.end, std::min(index.size(), name.end + longest_date)});
    if (!rest.starts_with(" (")) return {};
    const auto closing = rest.find(')');
    if (closing == std::string_view::npos) return {};
    return {name.start, name.end + text::code_point_count(rest.substr(0, closing + 1))};
}

/// Where the evidence of an item begins and ends in the passage.
std::vector<Range> places_of(const json& item, const IndexedPassage& in) {
    std::vector<Range> places;
    for (const auto& one : item.value("evidence", json::array())) {
        const auto start = one.value("char_start", std::size_t{0});
        const auto end = one.value("char_end", std::size_t{0});
        if (start < in.passage.offset || end < start) continue;
        places.push_back({start - in.passage.offset, end - in.passage.offset});
    }
    return places;
}

void set_date(const FamilyRule& rule, const IndexedPassage& in, json* item) {
    const auto wording = fmt::format("{}", fmt::join(rule.time_words, " "));
    for (const auto& place : places_of(*item, in)) {
        const auto brackets = dated_in_brackets(in.index, place);
        const bool in_brackets = brackets.end > brackets.start;
        const auto told = in_brackets ? brackets : sentence_of(in.passage, place);
        if (!in_brackets && !text::has_any_words(in.index.slice(told), rule.time_words)) continue;
        const Range name{place.start - told.start, place.end - told.start};
        set_bounds(item, in.index.slice(told), name, name, in_brackets ? "" : wording,
                   in.passage.calendar);
        if (item->contains("start_date")) return;
    }
}

}  // namespace

json told_dimensions(const std::vector<FamilyRule>& rules, const json& items,
                     const IndexedPassage& in) {
    auto told = json::array();
    for (const auto& item : items) {
        const auto type = text_of(item, "type");
        const auto rule = std::find_if(rules.begin(), rules.end(), [&](const FamilyRule& one) {
            return std::find(one.types.begin(), one.types.end(), type) != one.types.end();
        });
        if (rule == rules.end()) continue;
        auto one = item;
        one["family"] = rule->family;
        set_date(*rule, in, &one);
        told.push_back(std::move(one));
    }
    return told;
}

}  // namespace almagest::contract
