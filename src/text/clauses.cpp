#include "text/clauses.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/code_points.h"

namespace almagest::text {
namespace {

using Tokens = std::vector<DateToken>;
using Form = std::pair<std::string_view, std::string_view>;

/// Past forms and participles that no ending tells, with their infinitives.
constexpr std::array irregular_forms{Form{"led", "lead"},          Form{"became", "become"},
                                     Form{"wrote", "write"},       Form{"written", "write"},
                                     Form{"built", "build"},       Form{"made", "make"},
                                     Form{"took", "take"},         Form{"taken", "take"},
                                     Form{"gave", "give"},         Form{"given", "give"},
                                     Form{"held", "hold"},         Form{"won", "win"},
                                     Form{"ran", "run"},           Form{"left", "leave"},
                                     Form{"began", "begin"},       Form{"begun", "begin"},
                                     Form{"sold", "sell"},         Form{"bought", "buy"},
                                     Form{"met", "meet"},          Form{"taught", "teach"},
                                     Form{"grew", "grow"},         Form{"grown", "grow"},
                                     Form{"chose", "choose"},      Form{"chosen", "choose"},
                                     Form{"went", "go"},           Form{"came", "come"},
                                     Form{"got", "get"},           Form{"kept", "keep"},
                                     Form{"saw", "see"},           Form{"fell", "fall"},
                                     Form{"lost", "lose"},         Form{"found", "find"},
                                     Form{"fought", "fight"},      Form{"sank", "sink"},
                                     Form{"sunk", "sink"},         Form{"sent", "send"},
                                     Form{"spent", "spend"},       Form{"stood", "stand"},
                                     Form{"told", "tell"},         Form{"thought", "think"},
                                     Form{"brought", "bring"},     Form{"drew", "draw"},
                                     Form{"rose", "rise"},         Form{"flew", "fly"},
                                     Form{"drove", "drive"},       Form{"spoke", "speak"},
                                     Form{"broke", "break"},       Form{"wore", "wear"},
                                     Form{"bore", "bear"},         Form{"born", "bear"},
                                     Form{"died", "die"},          Form{"death", "die"},
                                     Form{"birth", "bear"},        Form{"put", "put"},
                                     Form{"set", "set"},           Form{"said", "say"},
                                     Form{"paid", "pay"},          Form{"lay", "lie"},
                                     Form{"laid", "lay"},          Form{"knew", "know"},
                                     Form{"known", "know"},        Form{"succession", "succeed"},
                                     Form{"successor", "succeed"}, Form{"creation", "create"},
                                     Form{"married", "marry"},     Form{"marriage", "marry"}};

std::string_view infinitive_of(std::string_view lower) {
    const auto* found = std::find_if(irregular_forms.begin(), irregular_forms.end(),
                                     [lower](const Form& form) { return form.first == lower; });
    return found == irregular_forms.end() ? std::string_view{} : found->second;
}

bool opens_subordinate(const DateToken& token) {
    return token.is_one_of({"who", "which", "where", "when", "while", "whereas", "whom", "whose",
                            "although", "though", "because", "whilst"});
}

bool coordinates(const DateToken& token) {
    return token.is(',') || token.is_one_of({"and", "but", "then", "or", "so", "yet"});
}

/// Does a predicate begin at `i`: a verb, after its subject (names or a pronoun) and adverbs?
bool begins_predicate(const Tokens& tokens, std::size_t i) {
    constexpr std::size_t longest_subject = 5;
    for (std::size_t k = i; k < tokens.size() && k <= i + longest_subject; ++k) {
        const auto& token = tokens[k];
        if (is_finite_verb(token)) return true;
        const bool may_precede =
            token.is_capitalised() || token.is('.') || token.is(',') || coordinates(token) ||
            token.is_one_of({"he", "she", "it", "they", "we", "i", "later", "then", "soon", "the",
                             "also", "finally", "again", "has", "have", "its", "his", "her"}) ||
            (token.is_word() && token.lower.ends_with("ly"));
        const bool is_list = token.is(',') && k > i;
        if (!may_precede || is_list) return false;
    }
    return false;
}

std::vector<bool> inside_of(std::size_t size, const std::vector<TokenSpan>& spans) {
    std::vector<bool> inside(size, false);
    for (const auto& span : spans) {
        for (std::size_t i = span.first; i < span.last; ++i) inside[i] = true;
    }
    return inside;
}

}  // namespace

bool is_finite_verb(const DateToken& token) {
    if (!token.is_word() || token.is_capitalised()) return false;
    if (token.is_one_of({"is", "was", "are", "were", "has", "had", "be", "been", "will", "did"})) {
        return true;
    }
    if (token.is_one_of({"death", "birth", "creation", "successor", "succession", "marriage",
                         "known", "born", "given", "written"})) {
        return false;
    }
    if (!infinitive_of(token.lower).empty()) return true;
    return token.lower.size() > 3 && token.lower.ends_with("ed");
}

std::vector<int> clauses_of(const Tokens& tokens, const std::vector<TokenSpan>& spans) {
    std::vector<int> clause(tokens.size(), 0);
    const auto inside_span = inside_of(tokens.size(), spans);
    std::vector<int> open{0};
    int newest = 0;
    bool has_verb = false;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto& token = tokens[i];
        const bool part = !inside_span[i];
        if (part && opens_subordinate(token) && i > 0) {
            open.push_back(++newest);
        } else if (part && token.is(',') && open.size() > 1) {
            open.pop_back();
        } else if (part && token.is(';')) {
            open = {++newest};
            has_verb = false;
        } else if (part && has_verb && coordinates(token) && i > 0 &&
                   !is_finite_verb(tokens[i - 1]) && begins_predicate(tokens, i + 1)) {
            open.back() = ++newest;
        }
        if (is_finite_verb(token)) has_verb = true;
        clause[i] = open.back();
    }
    return clause;
}

std::string stem_of(std::string_view lower) {
    if (const auto infinitive = infinitive_of(lower); !infinitive.empty()) lower = infinitive;
    static constexpr std::array<std::string_view, 13> endings{
        "ership", "ments", "ment", "ings", "ing", "ers", "ors", "er", "or", "ed", "es", "s", "e"};
    for (const auto ending : endings) {
        if (lower.size() >= ending.size() + 3 && lower.ends_with(ending)) {
            lower.remove_suffix(ending.size());
            break;
        }
    }
    // "planned", "planning" and "plan" are one.
    const auto size = lower.size();
    if (size > 3 && lower[size - 1] == lower[size - 2] && lower[size - 1] != 's') {
        lower.remove_suffix(1);
    }
    return std::string(lower);
}

std::vector<int> clauses_at(std::string_view sentence, const std::vector<std::size_t>& positions) {
    const auto tokens = date_tokens(sentence);
    const auto clauses = clauses_of(tokens, find_spans(tokens, find_dates(tokens)));
    const CodePointIndex index(sentence);
    std::vector<int> found;
    for (const auto position : positions) {
        const auto byte = index.byte_of(std::min(position, index.size()));
        const auto token = std::find_if(tokens.begin(), tokens.end(),
                                        [&](const DateToken& one) { return one.end() > byte; });
        found.push_back(token == tokens.end()
                            ? -1
                            : clauses.at(static_cast<std::size_t>(token - tokens.begin())));
    }
    return found;
}

std::set<std::string> predicate_stems(std::string_view wording) {
    std::set<std::string> stems;
    for (const auto& token : date_tokens(wording)) {
        const bool carries_nothing = token.is_one_of(
            {"is", "was",  "are", "were", "of",   "the",  "a",    "an",   "by",   "to",
             "in", "for",  "has", "have", "had",  "been", "be",   "at",   "with", "on",
             "as", "from", "its", "and",  "into", "over", "part", "about"});
        if (token.is_word() && !carries_nothing) stems.insert(stem_of(token.lower));
    }
    return stems;
}

}  // namespace almagest::text
