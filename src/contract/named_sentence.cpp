#include "contract/named_sentence.h"

#include <algorithm>
#include <set>

#include "text/names.h"

namespace almagest::contract {
namespace {

using text::Range;

constexpr std::ptrdiff_t words_near_by = 3;
constexpr std::size_t beginning = 40;  // code points

std::string_view last_word(std::string_view text) {
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    const auto space = text.find_last_of(" \t\n");
    return space == std::string_view::npos ? text : text.substr(space + 1);
}

bool is_one_of(std::string_view word, const std::vector<std::string>& words) {
    return !word.empty() &&
           std::find(words.begin(), words.end(), text::name_key(word)) != words.end();
}

}  // namespace

NamedSentence::NamedSentence(const AntecedentRule& rule, std::string_view sentence,
                             const std::vector<std::string>& names,
                             const std::vector<std::size_t>& here)
    : rule_(rule), sentence_(sentence), index_(sentence) {
    for (const auto name : here)
        for (const auto& range : text::find_words(sentence_, names[name]))
            placed_.push_back({range, name});
    std::sort(placed_.begin(), placed_.end(), [](const Placed& a, const Placed& b) {
        return a.range.start != b.range.start ? a.range.start < b.range.start
                                              : a.range.end > b.range.end;
    });
    // "Survey" in "Tide Survey" is no name of its own.
    std::size_t end = 0;
    std::erase_if(placed_, [&](const Placed& one) {
        const bool inside = one.range.end <= end;
        end = std::max(end, one.range.end);
        return inside;
    });
}

std::optional<Placed> NamedSentence::subject() const {
    const auto first = std::find_if(placed_.begin(), placed_.end(), [&](const Placed& one) {
        return !is_governed(one.range) && !is_owner(one.range) && !describes_another(one.range);
    });
    return first == placed_.end() ? std::nullopt : std::optional(*first);
}

std::optional<Placed> NamedSentence::agent() const {
    const auto first = std::find_if(placed_.begin(), placed_.end(), [&](const Placed& one) {
        return is_governed_by(one.range, rule_.agents);
    });
    return first == placed_.end() ? std::nullopt : std::optional(*first);
}

std::size_t NamedSentence::names() const {
    std::set<std::size_t> distinct;
    for (const auto& one : placed_) distinct.insert(one.name);
    return distinct.size();
}

std::optional<Placed> NamedSentence::pronoun() const {
    std::optional<Placed> first;
    const auto look_for = [&](const std::vector<std::string>& words, bool person, bool possessive) {
        const bool anywhere = person && !possessive;
        for (const auto& word : words) {
            const auto places = text::find_words(sentence_, word);
            if (places.empty() || (!anywhere && places.front().start != 0)) continue;
            if (!first || places.front().start < first->range.start)
                first = Placed{places.front(), 0, possessive, person};
        }
    };
    look_for(rule_.persons, true, false);
    if (!is_expletive()) look_for(rule_.things, false, false);
    look_for(rule_.possessive, true, true);
    return first;
}

bool NamedSentence::may_begin(std::size_t first, std::size_t last) const {
    bool stands_here = false;
    for (const auto& one : placed_) {
        if (one.name != first) continue;
        stands_here = true;
        if (!is_governed(one.range) || is_governed_by(one.range, rule_.agents) ||
            has_relative_clause(one.range) || follows_closely(one.range, last))
            return true;
    }
    return !stands_here;
}

bool NamedSentence::is_governed(const Range& name) const {
    return is_governed_by(name, rule_.prepositions);
}

bool NamedSentence::is_governed_by(const Range& name, const std::vector<std::string>& words) const {
    const auto word = last_word(index_.slice({0, name.start}));
    if (!is_one_of(word, rule_.articles)) return is_one_of(word, words);
    const auto start = static_cast<std::size_t>(word.data() - sentence_.data());
    return is_one_of(last_word(sentence_.substr(0, start)), words);
}

bool NamedSentence::is_owner(const Range& name) const {
    const auto rest = index_.slice({name.end, index_.size()});
    return rest.starts_with("'s") || rest.starts_with("’s") || rest.starts_with("' ") ||
           rest.starts_with("’ ");
}

/// An article before it, and one word between it and another name.
bool NamedSentence::describes_another(const Range& name) const {
    if (!is_one_of(last_word(index_.slice({0, name.start})), rule_.articles)) return false;
    return std::any_of(placed_.begin(), placed_.end(), [&](const Placed& other) {
        if (other.range.start <= name.end) return false;
        const auto between = index_.slice({name.end, other.range.start});
        return between.size() > 2 && between.front() == ' ' && between.back() == ' ' &&
               between.find_first_of(" ,;(", 1) == between.size() - 1;
    });
}

bool NamedSentence::has_relative_clause(const Range& name) const {
    auto rest = index_.slice({name.end, index_.size()});
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == ',')) rest.remove_prefix(1);
    return is_one_of(rest.substr(0, rest.find_first_of(" ,.")), rule_.relative);
}

bool NamedSentence::follows_closely(const Range& first, std::size_t last) const {
    return std::any_of(placed_.begin(), placed_.end(), [&](const Placed& one) {
        if (one.name != last || one.range.start < first.end) return false;
        const auto between = index_.slice({first.end, one.range.start});
        return std::count(between.begin(), between.end(), ' ') <= words_near_by + 1;
    });
}

/// "It is believed that …" speaks of nothing before it.
bool NamedSentence::is_expletive() const {
    return text::has_any_words(index_.slice({0, std::min(index_.size(), beginning)}),
                               rule_.expletive);
}

}  // namespace almagest::contract
