#include "contract/direction.h"

#include <algorithm>
#include <sstream>

#include "text/names.h"

namespace almagest::contract {
namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::istringstream stream(text::name_key(text));
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(std::move(word));
    return words;
}

bool any_of(const std::vector<std::string>& words, const std::vector<std::string>& sought) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
        return std::find(sought.begin(), sought.end(), word) != sought.end();
    });
}

/// Is one of the last two words ("by", "by the") a mark of the passive?
bool ends_passive(const std::vector<std::string>& words, const DirectionRule& rule) {
    const auto tail = std::min<std::size_t>(2, words.size());
    return any_of({words.end() - static_cast<std::ptrdiff_t>(tail), words.end()}, rule.passive);
}

/// Is a verb of the predicate right behind an auxiliary ("was founded")?
bool is_passive(const std::vector<std::string>& words, const std::vector<std::string>& verbs,
                const DirectionRule& rule) {
    for (std::size_t i = 1; i < words.size(); ++i)
        if (any_of({words[i]}, verbs) && any_of({words[i - 1]}, rule.auxiliaries)) return true;
    return false;
}

/// The words of a predicate that have a verb's ending.
std::vector<std::string> verbs_of(const std::vector<std::string>& wording,
                                  const DirectionRule& rule) {
    std::vector<std::string> verbs;
    for (const auto& word : wording)
        if (std::any_of(rule.verb_endings.begin(), rule.verb_endings.end(),
                        [&](const std::string& ending) { return word.ends_with(ending); }))
            verbs.push_back(word);
    return verbs;
}

/// Is there nothing but commas, "and" and other names between an earlier end and a name? ", and"
/// belongs to a list of three or more only: "she joined the Survey, and Quill led it".
bool is_in_list_with(const text::CodePointIndex& index, const std::vector<text::Range>& ends,
                     const std::vector<text::Range>& others, const text::Range& name) {
    return std::any_of(ends.begin(), ends.end(), [&](const text::Range& end) {
        if (end.end > name.start) return false;
        auto at = end.end;
        bool is_long = false;  // a comma alone came before
        for (bool moved = true; moved && at < name.start;) {
            moved = false;
            for (const auto& other : others)
                if (other.start == at && other.end <= name.start) {
                    at = other.end;
                    moved = true;
                }
            if (moved) continue;
            const auto rest = index.slice({at, name.start});
            for (const std::string_view joint : {", and ", ", ", " and ", " & "}) {
                if (!rest.starts_with(joint) || (joint == ", and " && !is_long)) continue;
                is_long = is_long || joint == ", ";
                at += joint.size();
                moved = true;
                break;
            }
        }
        return at == name.start;
    });
}

constexpr std::size_t shortest_verb = 3;  // bytes

bool is_earlier(const text::Range& a, const text::Range& b) {
    return a.start < b.start;
}

}  // namespace

bool has_verb_of(std::string_view sentence, std::string_view predicate, const DirectionRule& rule) {
    return text::has_any_words(sentence, verbs_of(words_of(predicate), rule));
}

bool said_of_another(std::string_view sentence, const std::vector<text::Range>& ends,
                     const std::vector<text::Range>& others, std::string_view predicate,
                     const DirectionRule& rule) {
    const text::CodePointIndex index(sentence);
    bool found = false;
    for (const auto& verb : verbs_of(words_of(predicate), rule)) {
        for (const auto& place : text::find_words(sentence, verb)) {
            const auto is_before = [&](const text::Range& name) {
                return name.end + 1 == place.start && index.slice({name.end, place.start}) == " ";
            };
            if (std::any_of(ends.begin(), ends.end(), is_before)) return false;
            const auto other = std::find_if(others.begin(), others.end(), is_before);
            if (other == others.end() || is_in_list_with(index, ends, others, *other)) return false;
            found = true;
        }
    }
    return found;
}

Direction stated_direction(std::string_view sentence, const std::vector<text::Range>& subject,
                           const std::vector<text::Range>& object, std::string_view predicate,
                           const DirectionRule& rule) {
    const auto wording = words_of(predicate);
    const auto verbs = verbs_of(wording, rule);
    if (verbs.empty()) return Direction::unsaid;

    const text::CodePointIndex index(sentence);
    auto found = Direction::unsaid;
    for (const auto& from : subject) {
        for (const auto& to : object) {
            const bool subject_first = from.end <= to.start;
            if (!subject_first && to.end > from.start) continue;  // they overlap
            const text::Range between =
                subject_first ? text::Range{from.end, to.start} : text::Range{to.end, from.start};
            const auto words = words_of(index.slice(between));
            if (!any_of(words, verbs)) continue;
            // In "the Society was chaired by Ada" the later name does it, unless the predicate is
            // "chaired_by" itself.
            const bool agent_named = ends_passive(words, rule);
            const bool later_acts = agent_named != any_of(wording, rule.passive);
            auto said = subject_first != later_acts ? Direction::stated : Direction::reversed;
            if (!agent_named && is_passive(words, verbs, rule) &&
                !any_of(wording, rule.auxiliaries))
                said = Direction::misread;
            if (found != Direction::unsaid && found != said) return Direction::unsaid;
            found = said;
        }
    }
    return found;
}

std::string verb_between(std::string_view sentence, const std::vector<text::Range>& subject,
                         const std::vector<text::Range>& object, const DirectionRule& rule) {
    const text::CodePointIndex index(sentence);
    if (subject.empty() && object.empty()) return {};
    text::Range between{0, index.size()};
    if (subject.empty() || object.empty()) {
        between.start = (subject.empty() ? object : subject).front().end;
    } else {
        const auto& first = std::min(subject.front(), object.front(), is_earlier);
        const auto& last = std::max(subject.front(), object.front(), is_earlier);
        if (last.start < first.end) return {};
        between = {first.end, last.start};
    }
    const auto words = words_of(index.slice(between));
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].size() < shortest_verb || verbs_of({words[i]}, rule).empty()) continue;
        const bool passive = i > 0 && any_of({words[i - 1]}, rule.auxiliaries);
        const bool agent = i + 1 < words.size() && any_of({words[i + 1]}, rule.passive);
        return (passive ? words[i - 1] + "_" : "") + words[i] +
               (passive && agent ? "_" + words[i + 1] : "");
    }
    return {};
}

}  // namespace almagest::contract
