#include "contract/support.h"

#include <algorithm>
#include <cmath>

#include "text/names.h"

namespace almagest::contract {
namespace {

using nlohmann::json;
using text::Range;

constexpr std::size_t most_places = 16;         // pieces of evidence for one item
constexpr double worth_of_a_pronoun = 0.85;     // of what leaves one name to a pronoun
constexpr std::size_t longest_beginning = 200;  // code points quoted for a judgement of it all

bool holds(const Range& place, const Mention& mention) {
    return std::any_of(mention.places.begin(), mention.places.end(),
                       [&](const Range& one) { return place.contains(one); });
}

std::size_t held(const Range& place, const std::vector<Mention>& mentions) {
    return static_cast<std::size_t>(std::count_if(
        mentions.begin(), mentions.end(), [&](const Mention& one) { return holds(place, one); }));
}

/// How many mentions a sentence, counted from 0, leaves to its pronoun.
std::size_t stood_for(const Passage& passage, std::size_t sentence,
                      const std::vector<Mention>& mentions) {
    const auto* antecedent = passage.names ? passage.names->antecedent_in(sentence) : nullptr;
    if (antecedent == nullptr) return 0;
    const auto key = text::name_key(passage.names->names[antecedent->name]);
    const auto& place = passage.sentences[sentence];
    return static_cast<std::size_t>(std::count_if(
        mentions.begin(), mentions.end(),
        [&](const Mention& one) { return !holds(place, one) && text::name_key(one.name) == key; }));
}

/// The number of a sentence as models write it: 3, "3", "[3]".
std::optional<std::size_t> sentence_number(const json& item, const std::string& member) {
    const auto found = item.find(member);
    if (found == item.end()) return std::nullopt;
    if (found->is_number_integer() && *found > 0) return found->get<std::size_t>();
    if (!found->is_string()) return std::nullopt;
    std::string digits;
    for (const char c : found->get_ref<const std::string&>()) {
        if (c >= '0' && c <= '9') digits.push_back(c);
    }
    if (digits.empty() || digits.size() > 6) return std::nullopt;
    return std::stoul(digits);
}

std::vector<Range> first(const std::vector<Range>& places) {
    return {places.begin(),
            places.begin() + static_cast<std::ptrdiff_t>(std::min(places.size(), most_places))};
}

std::optional<Range> only_sentence_with(const Passage& passage,
                                        const std::vector<Mention>& mentions) {
    if (mentions.empty()) return std::nullopt;
    std::optional<Range> only;
    for (const auto& sentence : passage.sentences) {
        if (held(sentence, mentions) != mentions.size()) continue;
        if (only) return std::nullopt;
        only = sentence;
    }
    return only;
}

Support in_sentence(const GroundingRule& rule, const json& item,
                    const std::vector<Mention>& mentions, const IndexedPassage& in) {
    const auto number = sentence_number(item, rule.sentence);
    const auto& sentences = in.passage.sentences;
    const bool exists = number && *number >= 1 && *number <= sentences.size();
    const auto better = only_sentence_with(in.passage, mentions);
    if (!exists) {
        if (better) return {{*better}, "normalised", 0.9};
        throw NotBelieved{"no such sentence"};
    }
    const auto& named = sentences[*number - 1];
    const auto here = held(named, mentions);
    if (here == mentions.size()) return {{named}, "exact", 1.0};
    if (here > 0 && here + stood_for(in.passage, *number - 1, mentions) == mentions.size())
        return {{named}, "passage", worth_of_a_pronoun};
    // "He led it until 1996": a sentence that carries the wording and one of the names may
    // leave the other to a pronoun; else the one sentence with all names was meant.
    const auto wording = text_of(item, rule.wording);
    const bool tells =
        here > 0 && !wording.empty() && carries_wording(in.index.slice(named), wording);
    if (better && !tells) return {{*better}, "normalised", 0.9};
    if (here > 0) return {{named}, "passage", worth_of_a_pronoun};
    throw NotBelieved{"names not in the sentence"};
}

Support in_quote(const GroundingRule& rule, const json& item, const std::vector<Mention>& mentions,
                 const IndexedPassage& in) {
    const auto quote = text_of(item, rule.quote);
    const auto found = quote.empty() ? std::nullopt : text::align_quote(in.passage.text, quote);
    if (!found) {
        if (!mentions.empty()) return {first(mentions.front().places), "none", 0.5};
        if (rule.items.empty()) return {{}, "none", 0.5};
        throw NotBelieved{"quote not in the passage"};
    }
    const bool all_inside = held(found->range, mentions) == mentions.size();
    if (found->how == text::Alignment::fuzzy) return {{found->range}, "fuzzy", 0.85};
    if (!all_inside) return {{found->range}, "passage", 0.85};
    if (found->how == text::Alignment::normalised) return {{found->range}, "normalised", 0.9};
    return {{found->range}, "exact", 1.0};
}

}  // namespace

IndexedPassage::IndexedPassage(const Passage& of) : passage(of), index(of.text) {
    for (const auto& sentence : of.sentences) lines_.push_back({sentence, false, std::nullopt});
    for (const auto& heading : of.headings) lines_.push_back({heading, true, std::nullopt});
    std::sort(lines_.begin(), lines_.end(), [](const Line& one, const Line& other) {
        return one.range.start < other.range.start;
    });
    for (auto& line : lines_) {
        auto dates = text::read_dates(index.slice(line.range), of.calendar);
        if (!dates.empty()) line.date = std::move(dates.back());
    }
}

std::optional<text::DateMention> IndexedPassage::date_before(const Range& place) const {
    auto line = std::find_if(lines_.rbegin(), lines_.rend(),
                             [&](const Line& one) { return one.range.end <= place.start; });
    for (; line != lines_.rend(); ++line)
        if (line->date || line->heading) return line->date;
    return std::nullopt;
}

json evidence_at(const Range& place, const std::string& how, const IndexedPassage& in) {
    return {{"char_start", in.passage.offset + place.start},
            {"char_end", in.passage.offset + place.end},
            {"quote", std::string(in.index.slice(place))},
            {"grounding", how}};
}

double rounded_confidence(double confidence) {
    return std::round(confidence * 10'000) / 10'000;
}

std::string text_of(const json& item, const std::string& member) {
    const auto found = item.find(member);
    return found == item.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

Support support_of(const GroundingRule& rule, const json& item,
                   const std::vector<Mention>& mentions, const IndexedPassage& in,
                   const std::optional<Range>& around) {
    if (!rule.sentence.empty()) return in_sentence(rule, item, mentions, in);
    if (!rule.quote.empty()) return in_quote(rule, item, mentions, in);
    if (around && !mentions.empty()) {
        if (held(*around, mentions) == mentions.size()) return {{*around}, "exact", 1.0};
        return {first(mentions.front().places), "passage", 0.85};
    }
    if (!mentions.empty()) return {first(mentions.front().places), "exact", 1.0};
    // A choice among what the job names stands in no text.
    if (rule.identifiers) return {{}, "passage", 1.0};
    // Nothing to find: a judgement of the whole passage, shown by its beginning.
    return {{{0, std::min(in.index.size(), longest_beginning)}}, "passage", 1.0};
}

Range sentence_of(const Passage& passage, const Range& range) {
    for (const auto& sentence : passage.sentences)
        if (sentence.start <= range.start && range.start < sentence.end) return sentence;
    return range;
}

}  // namespace almagest::contract
