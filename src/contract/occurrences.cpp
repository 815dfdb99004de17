#include "contract/occurrences.h"

#include <algorithm>
#include <array>

#include "contract/item_bounds.h"
#include "contract/words_beside.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

using nlohmann::json;
using text::Range;

constexpr std::size_t most_places = 16;  // pieces of evidence for one event
constexpr double worth_of_less = 0.85;   // of what rests on a pronoun or on orders

/// Where a name, or a pronoun for it, stands.
struct Place {
    Range range;  ///< code points of the passage
    bool pronoun = false;
};

std::vector<Place> places_with_pronouns(const json& item, const IndexedPassage& in) {
    std::vector<Place> places;
    for (const auto& place : places_of(item, in)) places.push_back({place, false});
    if (!in.passage.names) return places;
    const auto key = text::name_key(text_of(item, "name"));
    for (const auto& antecedent : in.passage.names->antecedents)
        if (!antecedent.possessive &&
            text::name_key(in.passage.names->names[antecedent.name]) == key)
            places.push_back({antecedent.pronoun, true});
    return places;
}

/// The sentence or heading that holds a place.
Range line_of(const Passage& passage, const Range& place) {
    for (const auto& heading : passage.headings)
        if (heading.contains(place)) return heading;
    return sentence_of(passage, place);
}

/// Sentences about the names of one answer.
class Told {
  public:
    Told(const OccurrenceRule& rule, const json& items) : rule_(rule) {
        for (const auto& item : items) names_.push_back(text_of(item, "name"));
    }

    /// The word with which a sentence tells the kind of the name that stands at `name`; "": none.
    [[nodiscard]] std::string word(const OccurrenceKind& kind, std::string_view sentence,
                                   const Range& name) const {
        const text::CodePointIndex index(sentence);
        if (is_governed(index.slice({0, name.start}))) return {};
        const auto said = [&](const std::vector<std::string>& words, auto fits) -> std::string {
            for (const auto& one : words)
                for (const auto& place : text::find_words(sentence, one))
                    if (fits(place)) return one;
            return {};
        };
        auto word = said(kind.words, [&](const Range& place) {
            return place.start >= name.end && is_subject(index, name, place, false);
        });
        if (word.empty())
            word = said(kind.passives, [&](const Range& place) {
                return place.start >= name.end && is_subject(index, name, place, true);
            });
        if (word.empty())
            word = said(kind.actives, [&](const Range& place) {
                return place.end <= name.start &&
                       has_only(index.slice({place.end, name.start}), rule_.articles);
            });
        return word;
    }

  private:
    /// Is the name the subject of the word behind it?
    [[nodiscard]] bool is_subject(const text::CodePointIndex& index, const Range& name,
                                  const Range& word, bool passive) const {
        const auto plain = without_asides(index.slice({name.end, word.start}));
        const auto words = words_of(without_joined_names(plain));
        bool has_auxiliary = false;
        for (const auto& one : words) {
            const bool auxiliary = is_one_of(one, rule_.auxiliaries);
            has_auxiliary = has_auxiliary || auxiliary;
            if (!(passive && auxiliary) && !is_one_of(one, rule_.between)) return false;
        }
        return has_auxiliary || !passive;
    }

    /// Of "Ada and Byron died" both died.
    [[nodiscard]] std::string without_joined_names(std::string_view between) const {
        std::string text(between);
        bool joined = false;
        for (const auto& name : names_) {
            const auto places = text::find_words(text, name);
            if (places.empty()) continue;
            const text::CodePointIndex index(text);
            text = std::string(index.slice({0, places.front().start})) +
                   std::string(index.slice({places.front().end, index.size()}));
            joined = true;
        }
        if (!joined) return text;
        std::string rest;
        for (const auto& word : words_of(text))
            if (!is_one_of(word, rule_.joining)) rest += word + ' ';
        return rest;
    }

    /// "The son of Ada died" says it of another, "Byron (Ada) died" of Byron.
    [[nodiscard]] bool is_governed(std::string_view before) const {
        if (std::count(before.begin(), before.end(), '(') >
            std::count(before.begin(), before.end(), ')'))
            return true;
        auto words = words_of(before);
        while (!words.empty() && is_one_of(words.back(), rule_.articles)) words.pop_back();
        while (!words.empty() && is_one_of(words.back(), rule_.joining)) {
            words.pop_back();
            if (!drop_name(&words)) return false;
        }
        return !words.empty() && is_one_of(words.back(), rule_.prepositions);
    }

    /// Takes the name at the end, if there is one.
    bool drop_name(std::vector<std::string>* words) const {
        for (const auto& name : names_) {
            const auto own = words_of(name);
            if (own.empty() || own.size() > words->size() ||
                !std::equal(own.rbegin(), own.rend(), words->rbegin()))
                continue;
            words->resize(words->size() - own.size());
            return true;
        }
        return false;
    }

    const OccurrenceRule& rule_;
    std::vector<std::string> names_;
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    const auto at = text.find(what);
    return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

/// Finer ones are greater; 0: no date.
int fineness(const json& event) {
    static const std::vector<std::string> from_coarse{"century", "decade", "year",
                                                      "season",  "month",  "day"};
    const auto precision = text_of(event, "start_precision");
    const auto found = std::find(from_coarse.begin(), from_coarse.end(), precision);
    return found == from_coarse.end() ? 0 : static_cast<int>(found - from_coarse.begin()) + 1;
}

constexpr std::array bounds{"start_date", "start_text", "start_precision",
                            "end_date",   "end_text",   "end_precision"};

/// Two accounts of one event are one, with both pieces of evidence.
void add(json event, json* events) {
    const auto key = text::name_key(text_of(event, "name"));
    const auto same = std::find_if(events->begin(), events->end(), [&](const json& one) {
        return text::name_key(text_of(one, "name")) == key;
    });
    if (same == events->end()) {
        events->push_back(std::move(event));
        return;
    }
    auto& evidence = same->at("evidence");
    const auto& more = event.at("evidence").front();
    const bool known = std::find(evidence.begin(), evidence.end(), more) != evidence.end();
    if (!known && evidence.size() < most_places) evidence.push_back(more);
    same->at("confidence") =
        std::max(same->at("confidence").get<double>(), event.at("confidence").get<double>());
    if (fineness(event) <= fineness(*same)) return;
    for (const auto* member : bounds) {
        same->erase(member);
        if (event.contains(member)) (*same)[member] = event.at(member);
    }
}

/// What the line tells of the item; null: the title wants a date that it does not tell.
json told(const OccurrenceKind& kind, const json& item, const Place& place, const Range& line,
          const std::string& word, const IndexedPassage& in, double worth) {
    const auto sentence = in.index.slice(line);
    json event{{"family", "event"},
               {"type", kind.type},
               {"confidence", rounded_confidence(item.value("confidence", 0.0) * worth)},
               {"grounding", "exact"},
               {"evidence", json::array({evidence_at(line, "exact", in)})},
               {"participants",
                {{{"name", item.at("name")}, {"type", item.at("type")}, {"role", kind.role}}}}};
    const Range name{place.range.start - line.start, place.range.end - line.start};
    set_bounds(&event, sentence, name, name, word, in.passage.calendar, in.date_before(line));
    auto title = replaced(kind.title, "{name}", text_of(item, "name"));
    if (title.find("{date}") != std::string::npos) {
        if (!event.contains("start_text")) return nullptr;
        title = replaced(std::move(title), "{date}", text_of(event, "start_text"));
    }
    event["name"] = std::move(title);
    return event;
}

}  // namespace

json occurrences(const OccurrenceRule& rule, const json& items, const IndexedPassage& in,
                 const std::vector<Range>& orders) {
    auto events = json::array();
    const Told sentences(rule, items);
    for (const auto& item : items) {
        const auto type = text_of(item, "type");
        const auto places = places_with_pronouns(item, in);
        for (const auto& kind : rule.kinds) {
            if (!is_one_of(type, kind.of)) continue;
            for (const auto& place : places) {
                const auto line = line_of(in.passage, place.range);
                if (!line.contains(place.range)) continue;
                const Range name{place.range.start - line.start, place.range.end - line.start};
                const auto word = sentences.word(kind, in.index.slice(line), name);
                if (word.empty()) continue;
                const bool ordered =
                    std::any_of(orders.begin(), orders.end(),
                                [&](const Range& order) { return order.contains(place.range); });
                const double worth =
                    (place.pronoun ? worth_of_less : 1.0) * (ordered ? worth_of_less : 1.0);
                auto event = told(kind, item, place, line, word, in, worth);
                if (!event.is_null()) add(std::move(event), &events);
            }
        }
    }
    return events;
}

}  // namespace almagest::contract
