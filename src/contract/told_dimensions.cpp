#include "contract/told_dimensions.h"

#include <algorithm>

#include "contract/item_bounds.h"
#include "contract/words_beside.h"
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

/// The word that says what happened to the name, which stands at `name` of the sentence; "": none.
std::string said_of(const FamilyRule& rule, std::string_view sentence, const Range& name) {
    const text::CodePointIndex index(sentence);
    for (const auto& word : rule.time_words)
        for (const auto& place : text::find_words(sentence, word)) {
            const bool before = place.end <= name.start;
            if (!before && place.start < name.end) continue;
            const auto between = before ? index.slice({place.end, name.start})
                                        : index.slice({name.end, place.start});
            if (before ? between == " " : has_only(between, rule.between)) return word;
        }
    return {};
}

/// The same of a name that stands at `place` of the passage, by its sentence.
std::string said_at(const FamilyRule& rule, const Range& place, const IndexedPassage& in) {
    const auto told = sentence_of(in.passage, place);
    return said_of(rule, in.index.slice(told), {place.start - told.start, place.end - told.start});
}

/// Dates an item by a range of the passage in which it is named at `place`.
bool set_date_in(const Range& told, const Range& place, const std::string& word,
                 const IndexedPassage& in, json* item) {
    const Range name{place.start - told.start, place.end - told.start};
    set_bounds(item, in.index.slice(told), name, name, word, in.passage.calendar,
               in.date_before(told));
    return item->contains("start_date");
}

void set_date(const FamilyRule& rule, const IndexedPassage& in, json* item) {
    for (const auto& place : places_of(*item, in)) {
        const auto brackets = dated_in_brackets(in.index, place);
        if (brackets.end > brackets.start && set_date_in(brackets, place, {}, in, item)) return;
        const auto word = said_at(rule, place, in);
        if (!word.empty() && set_date_in(sentence_of(in.passage, place), place, word, in, item))
            return;
    }
}

/// Does a sentence say one of the rule's words of the item?
bool is_told(const FamilyRule& rule, const IndexedPassage& in, const json& item) {
    const auto places = places_of(item, in);
    return std::any_of(places.begin(), places.end(),
                       [&](const Range& place) { return !said_at(rule, place, in).empty(); });
}

/// What is said of an item tells its family better than its type does; null: it has none.
const FamilyRule* family_of(const std::vector<FamilyRule>& rules, const IndexedPassage& in,
                            const json& item) {
    const auto type = text_of(item, "type");
    for (const auto& rule : rules)
        if (is_one_of(type, rule.told) && is_told(rule, in, item)) return &rule;
    for (const auto& rule : rules)
        if (is_one_of(type, rule.types)) return &rule;
    return nullptr;
}

}  // namespace

json told_dimensions(const std::vector<FamilyRule>& rules, const json& items,
                     const IndexedPassage& in) {
    auto told = json::array();
    for (const auto& item : items) {
        const auto* rule = family_of(rules, in, item);
        if (rule == nullptr) continue;
        auto one = item;
        one.erase("type");
        one["family"] = rule->family;
        set_date(*rule, in, &one);
        told.push_back(std::move(one));
    }
    return told;
}

}  // namespace almagest::contract
