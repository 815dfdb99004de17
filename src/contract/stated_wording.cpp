#include "contract/stated_wording.h"

#include <algorithm>
#include <set>
#include <utility>

#include "text/names.h"

namespace almagest::contract {
namespace {

using text::Range;

/// Of "was" or "is" alone the subject comes first.
bool says_nothing_backwards(const std::vector<Mention>& mentions, const Range& place,
                            const std::string& wording) {
    if (!carries_wording("", wording)) return false;
    const auto first = within(place, mentions[0]);
    const auto last = within(place, mentions[1]);
    return !first.empty() && !last.empty() && last.front().end <= first.front().start;
}

}  // namespace

std::vector<Range> within(const Range& place, const Mention& mention) {
    std::vector<Range> ranges;
    for (const auto& one : mention.places)
        if (place.contains(one)) ranges.push_back({one.start - place.start, one.end - place.start});
    return ranges;
}

StatedWording::StatedWording(const GroundingRule& rule, const IndexedPassage& in,
                             const std::string& prompt, const ShortNames& short_names)
    : rule_(rule), index_(in.index), prompt_(prompt), short_names_(short_names) {}

void StatedWording::know(std::map<std::string, std::string> names) {
    names_ = std::move(names);
}

Direction StatedWording::direction(const std::vector<Mention>& mentions, const Support& support,
                                   const std::string& wording) const {
    if (mentions.size() != 2 || wording.empty() || support.places.empty()) return Direction::unsaid;
    const auto& place = support.places.front();
    if (says_nothing_backwards(mentions, place, wording)) return Direction::reversed;
    return stated_direction(index_.slice(place), within(place, mentions[0]),
                            within(place, mentions[1]), wording, rule_.direction);
}

bool StatedWording::is_said_of_another(const std::vector<Mention>& mentions, const Support& support,
                                       const std::string& wording) const {
    if (mentions.size() != 2 || wording.empty() || support.places.empty()) return false;
    const auto& place = support.places.front();
    const auto sentence = index_.slice(place);
    if (!has_verb_of(sentence, wording, rule_.direction)) return false;
    std::vector<Range> ends;
    std::set<std::string> keys;
    for (const auto& mention : mentions) {
        const auto here = within(place, mention);
        ends.insert(ends.end(), here.begin(), here.end());
        keys.insert(text::name_key(mention.name));
    }
    std::vector<Range> others;
    for (const auto& [key, name] : names_) {
        if (keys.contains(full_key(key, short_names_))) continue;
        const auto here = text::find_words(sentence, name);
        others.insert(others.end(), here.begin(), here.end());
    }
    return said_of_another(sentence, ends, others, wording, rule_.direction);
}

std::optional<std::string> StatedWording::mended(const std::string& wording,
                                                 const std::vector<Mention>& mentions,
                                                 const Support& support) const {
    const bool name = is_a_name(wording, mentions);
    if (!name && !is_copied(support, wording)) return std::nullopt;
    std::string verb;
    if (mentions.size() == 2 && !support.places.empty()) {
        const auto& place = support.places.front();
        verb = verb_between(index_.slice(place), within(place, mentions[0]),
                            within(place, mentions[1]), rule_.direction);
    }
    if (verb.empty())
        throw NotBelieved{rule_.wording +
                          (name ? " is a name" : " copied from the prompt's example")};
    return verb;
}

bool StatedWording::is_carried(const Support& support, const std::string& wording) const {
    return std::any_of(support.places.begin(), support.places.end(), [&](const Range& place) {
        return carries_wording(index_.slice(place), wording);
    });
}

/// Is the wording one of the prompt's, and none of the text's? Small models fill up a sentence's
/// list so.
bool StatedWording::is_copied(const Support& support, const std::string& wording) const {
    return !wording.empty() && !is_carried(support, wording) &&
           !text::find_words(prompt_, wording).empty();
}

/// Small models write a third name where a verb belongs.
bool StatedWording::is_a_name(const std::string& wording,
                              const std::vector<Mention>& mentions) const {
    if (wording.empty()) return false;
    const auto key = text::name_key(wording);
    return names_.contains(key) ||
           std::any_of(mentions.begin(), mentions.end(),
                       [&](const Mention& mention) { return text::name_key(mention.name) == key; });
}

}  // namespace almagest::contract
