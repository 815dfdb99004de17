#include "evaluation/facts.h"

#include <set>
#include <sstream>

#include "evaluation/names.h"

namespace almagest::evaluation {
namespace {

constexpr double needed_share = 0.6;
constexpr std::size_t stem_letters = 5;

bool says_nothing(const std::string& word) {
    static const std::set<std::string> words{
        "a",     "an",   "and",   "are",   "as",   "at",    "be",    "been", "but",  "by",   "can",
        "could", "did",  "do",    "does",  "for",  "from",  "had",   "has",  "have", "in",   "into",
        "is",    "it",   "its",   "like",  "may",  "more",  "most",  "of",   "on",   "one",  "or",
        "other", "such", "than",  "that",  "the",  "their", "them",  "then", "they", "this", "to",
        "was",   "were", "which", "while", "will", "with",  "would", "both", "also", "not",  "no"};
    return words.contains(word);
}

/// Words that say something, cut to their beginnings so that endings do not matter.
std::set<std::string> stems_of(const std::string& text) {
    std::set<std::string> stems;
    std::istringstream words(folded_name(text));
    for (std::string word; words >> word;)
        if (!says_nothing(word)) stems.insert(word.substr(0, stem_letters));
    return stems;
}

/// Does one of the names stand in the fact, but for the endings of its words?
bool stands_in(const std::set<std::string>& fact, const std::vector<std::string>& names) {
    for (const auto& name : names) {
        const auto stems = stems_of(name);
        bool all = !stems.empty();
        for (const auto& stem : stems) all = all && fact.contains(stem);
        if (all) return true;
    }
    return false;
}

}  // namespace

bool tells_fact(const Found& found, const std::string& fact) {
    const auto wanted = stems_of(fact);
    std::set<std::string> told;
    const auto tell = [&](const std::string& text) { told.merge(stems_of(text)); };
    for (const auto& relation : found.relations) {
        if (!stands_in(wanted, relation.subject) && !stands_in(wanted, relation.object)) continue;
        for (const auto* names : {&relation.subject, &relation.object})
            for (const auto& name : *names) tell(name);
        tell(relation.predicate);
    }
    for (const auto* things : {&found.events, &found.works})
        for (const auto& thing : *things)
            if (stands_in(wanted, thing.names))
                for (const auto& name : thing.names) tell(name);
    std::size_t held = 0;
    for (const auto& stem : wanted) held += told.contains(stem) ? 1 : 0;
    return held > 0 &&
           static_cast<double>(held) >= needed_share * static_cast<double>(wanted.size());
}

}  // namespace almagest::evaluation
