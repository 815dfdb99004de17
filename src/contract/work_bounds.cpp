#include "contract/work_bounds.h"

#include <algorithm>
#include <optional>

#include "contract/mention.h"
#include "text/clauses.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

using nlohmann::json;
using text::Range;

constexpr std::size_t look_back = 60;  // code points before a name

/// "Science-fiction_film" is a film.
bool is_work_type(const WorkBoundRule& rule, std::string type) {
    std::replace(type.begin(), type.end(), '_', ' ');
    const auto key = text::name_key(type);
    return std::any_of(rule.types.begin(), rule.types.end(), [&](const std::string& one) {
        const auto wanted = text::name_key(one);
        return key == wanted || key.ends_with(" " + wanted);
    });
}

struct Place {
    Range range;
    std::string name;
};

/// Where works stand in the evidence, in order; of overlapping names the longest.
std::vector<Place> places_of(const std::vector<std::string>& works, std::string_view evidence,
                             const std::vector<Range>& mentions) {
    auto by_length = works;
    std::stable_sort(by_length.begin(), by_length.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
    std::vector<Place> places;
    const auto is_free = [&](const Range& range) {
        const auto overlaps = [&](const Range& other) {
            return range.start < other.end && other.start < range.end;
        };
        return std::none_of(mentions.begin(), mentions.end(), overlaps) &&
               std::none_of(places.begin(), places.end(),
                            [&](const Place& other) { return overlaps(other.range); });
    };
    for (const auto& name : by_length) {
        auto mention = find_mention(evidence, name);
        for (const auto& range : mention.places)
            if (is_free(range)) places.push_back({range, name});
    }
    std::sort(places.begin(), places.end(),
              [](const Place& a, const Place& b) { return a.range.start < b.range.start; });
    return places;
}

bool ends_with_word(std::string_view key, std::string_view word) {
    return key == word || (key.ends_with(word) && key.size() > word.size() &&
                           key[key.size() - word.size() - 1] == ' ');
}

/// The words before a place, folded, without those that may stand between.
std::string words_before(const WorkBoundRule& rule, const text::CodePointIndex& index,
                         std::size_t from, std::size_t to) {
    from = std::max(from, to > look_back ? to - look_back : 0);
    auto key = text::name_key(std::string(index.slice({from, to})));
    for (bool again = true; again;) {
        again = false;
        for (const auto& word : rule.passing) {
            if (!ends_with_word(key, word)) continue;
            key.resize(key.size() - word.size());
            while (key.ends_with(' ')) key.pop_back();
            again = true;
        }
    }
    return key;
}

bool any_ends(const std::string& key, const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
        return ends_with_word(key, text::name_key(word));
    });
}

bool is_one_word(std::string_view key) {
    return key.find(' ') == std::string_view::npos;
}

struct Span {
    std::size_t begin = 0;
    std::string start;
    std::string end;
    std::string within;
    bool opens = false;  ///< nothing stands before it in the sentence
};

std::vector<Span> spans_in(const WorkBoundRule& rule, std::string_view evidence,
                           const std::vector<Place>& places) {
    const text::CodePointIndex index(evidence);
    std::vector<Span> spans;
    std::size_t previous = 0;
    bool open = false;  // a first work that a last one may follow
    for (const auto& [range, name] : places) {
        const auto before = words_before(rule, index, previous, range.start);
        const bool is_first = previous == 0;
        previous = range.end;
        if (open && any_ends(before, rule.joined)) {
            spans.back().end = name;
            open = false;
            continue;
        }
        open = any_ends(before, rule.start);
        Span span;
        if (open)
            span.start = name;
        else if (any_ends(before, rule.end))
            span.end = name;
        else if (any_ends(before, rule.within))
            span.within = name;
        else
            continue;
        span.begin = range.start;
        span.opens = is_first && range.start <= look_back && is_one_word(before);
        spans.push_back(std::move(span));
    }
    return spans;
}

/// The span that tells of the mentions: in the clause of the later one, behind it if any is; else
/// one that opens the sentence, before them all.
std::optional<Span> span_for(const std::vector<Span>& spans, std::string_view evidence,
                             const std::vector<Range>& mentions) {
    const auto later =
        std::max_element(mentions.begin(), mentions.end(),
                         [](const Range& a, const Range& b) { return a.start < b.start; });
    if (later == mentions.end() || later->length() == 0)
        return spans.size() == 1 ? std::optional<Span>(spans.front()) : std::nullopt;
    std::vector<std::size_t> positions{later->start};
    for (const auto& span : spans) positions.push_back(span.begin);
    const auto clauses = text::clauses_at(evidence, positions);
    std::optional<Span> best;
    bool is_behind = false;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        if (clauses[i + 1] != clauses[0]) continue;
        const bool behind = spans[i].begin >= later->end;
        if (best && (is_behind || !behind)) continue;
        best = spans[i];
        is_behind = behind;
    }
    if (best || spans.empty()) return best;
    const auto& opening = spans.front();
    const bool opens =
        opening.opens && std::all_of(mentions.begin(), mentions.end(), [&](const Range& mention) {
            return mention.length() == 0 || mention.start > opening.begin;
        });
    return opens ? std::optional<Span>(opening) : std::nullopt;
}

void set(json* item, const char* member, const std::string& name) {
    if (!name.empty() && !item->contains(member)) (*item)[member] = name;
}

}  // namespace

std::vector<std::string> known_works(const WorkBoundRule& rule, const Passage& passage,
                                     const json& answer) {
    std::vector<std::string> works;
    for (std::size_t i = 0; i < passage.entity_names.size(); ++i) {
        if (i < passage.entity_types.size() && is_work_type(rule, passage.entity_types[i]))
            works.push_back(passage.entity_names[i]);
    }
    const auto items =
        rule.items.empty() || !answer.is_object() ? answer.end() : answer.find(rule.items);
    if (items == answer.end() || !items->is_array()) return works;
    for (const auto& item : *items) {
        if (!item.is_object()) continue;
        const auto name = item.find("name");
        if (name == item.end() || !name->is_string()) continue;
        for (const auto* member : {"family", "type"}) {
            const auto type = item.find(member);
            if (type == item.end() || !type->is_string()) continue;
            if (!is_work_type(rule, type->get<std::string>())) continue;
            works.push_back(trimmed_name(name->get_ref<const std::string&>()));
            break;
        }
    }
    return works;
}

void set_work_bounds(const WorkBoundRule& rule, json* item, std::string_view evidence,
                     const std::vector<Range>& mentions, const std::vector<std::string>& works) {
    if (works.empty()) return;
    const auto spans = spans_in(rule, evidence, places_of(works, evidence, mentions));
    const auto span = span_for(spans, evidence, mentions);
    if (!span) return;
    set(item, "start_work", span->start);
    set(item, "end_work", span->end);
    set(item, "work_context", span->within);
}

}  // namespace almagest::contract
