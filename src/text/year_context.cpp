#include "text/year_context.h"

#include <algorithm>
#include <array>

namespace almagest::text {
namespace {

using Tokens = std::vector<DateToken>;

bool touches(const Tokens& tokens, std::size_t i) {
    return i < tokens.size() && !tokens[i].spaced;
}

bool is_unit(const DateToken& word) {
    return word.is_one_of(
        {"people",  "percent",     "per",       "pages", "lines",      "packages", "bytes",
         "bits",    "kb",          "mb",        "gb",    "tb",         "km",       "m",
         "meters",  "metres",      "miles",     "feet",  "dollars",    "euros",    "pounds",
         "years",   "months",      "weeks",     "days",  "hours",      "minutes",  "seconds",
         "users",   "members",     "copies",    "men",   "women",      "persons",  "soldiers",
         "points",  "times",       "items",     "units", "tons",       "tonnes",   "kg",
         "hz",      "khz",         "mhz",       "ghz",   "rpm",        "degrees",  "volts",
         "watts",   "votes",       "seats",     "words", "characters", "thousand", "million",
         "billion", "inhabitants", "different", "new",   "other",      "such"});
}

bool is_small_word_in_s(const DateToken& word) {
    return word.is_one_of({"was",         "is",          "has",     "as",        "his",
                           "its",         "this",        "us",      "does",      "perhaps",
                           "besides",     "towards",     "whereas", "across",    "plus",
                           "unless",      "thus",        "always",  "sometimes", "afterwards",
                           "nonetheless", "nevertheless"});
}

bool ends_in_s(const DateToken& word) {
    return word.lower.size() > 2 && word.lower.back() == 's' && !word.lower.ends_with("ss");
}

/// "a total of 1996": the number is the total.
bool is_measure(const DateToken& word) {
    return word.is_one_of({"maximum", "minimum", "total",  "number",     "sum",      "price",
                           "cost",    "value",   "length", "population", "height",   "size",
                           "speed",   "rate",    "limit",  "distance",   "weight",   "capacity",
                           "order",   "excess",  "score",  "resolution", "team",     "crew",
                           "crowd",   "fleet",   "pool",   "average",    "multiple", "depth"});
}

}  // namespace

bool is_free_before(const Tokens& tokens, std::size_t i, bool after_dash) {
    if (i == 0 || tokens[i].spaced) return true;
    const auto& before = tokens[i - 1];
    if (before.is_word() || before.is_number()) return false;
    if (before.is_dash()) {
        // A dash with a space before it parts phrases; one between words joins them.
        return after_dash || before.spaced;
    }
    static constexpr std::array<char32_t, 15> joining{'.', ',', '$', 0x20AC, 0xA3, 0xA5, '#', '_',
                                                      '@', '=', '+', '~',    '\\', ':',  '/'};
    return std::find(joining.begin(), joining.end(), before.mark) == joining.end();
}

bool is_free_after(const Tokens& tokens, std::size_t i) {
    if (i >= tokens.size()) return true;
    const auto& after = tokens[i];
    if (after.is_one_of({"bc", "bce"})) return false;
    if (after.is("b") && i + 2 < tokens.size() && tokens[i + 1].is('.') && tokens[i + 2].is("c")) {
        return false;
    }
    if (after.spaced) return true;
    if (after.is_word() || after.is_number()) return false;
    if (after.is('%') || after.is('_') || after.is('@') || after.is('=')) return false;
    if (!touches(tokens, i + 1)) return true;
    const auto& second = tokens[i + 1];
    if (after.is('.') || after.is(',') || after.is(':')) return !second.is_number();
    if (after.is('-') && second.is_word() && !second.is_capitalised()) {
        return second.is_one_of({"present", "now", "today", "date"});
    }
    return true;
}

std::optional<int> year_at(const Tokens& tokens, std::size_t i) {
    if (i >= tokens.size() || !tokens[i].is_number() || tokens[i].text.size() != 4) {
        return std::nullopt;
    }
    const int year = tokens[i].number;
    if (year < 1000 || year > 2199 || !is_free_after(tokens, i + 1)) return std::nullopt;
    return year;
}

bool follows_time_word(const Tokens& tokens, std::size_t i) {
    if (i == 0) return false;
    const auto& before = tokens[i - 1];
    const bool closes = i + 1 < tokens.size() && tokens[i + 1].is(')');
    if (before.is('(')) return closes;
    if (before.is('.') && i >= 2 && tokens[i - 2].is_one_of({"c", "ca", "est", "b", "d"})) {
        return !tokens[i - 1].spaced;
    }
    if (before.is_one_of({"born", "died", "established", "founded"})) {
        return i >= 2 && (tokens[i - 2].is('(') || tokens[i - 2].is(',') || tokens[i - 2].is(';'));
    }
    if (before.is_one_of({"about", "approximately", "roughly"})) {
        return follows_time_word(tokens, i - 1);
    }
    if (before.is("of")) return i < 2 || !is_measure(tokens[i - 2]);
    return before.is_one_of({"in",      "since",      "until", "till",   "from",  "by", "during",
                             "between", "before",     "after", "around", "circa", "ca", "year",
                             "through", "throughout", "early", "late",   "mid",   "til"});
}

bool counts_something(const Tokens& tokens, std::size_t i, int year, bool after_plain_preposition) {
    if (i >= tokens.size() || !tokens[i].is_word() || tokens[i].is_capitalised()) return false;
    const auto& word = tokens[i];
    if (is_unit(word)) return true;
    if (word.is("or") || word.is("and")) {
        return i + 1 < tokens.size() && tokens[i + 1].is_one_of({"more", "fewer", "less"});
    }
    if (!ends_in_s(word) || is_small_word_in_s(word)) return false;
    // "In 1996 developers met" is a year more often than a count; "of 1500 developers" is not.
    return !(after_plain_preposition && year >= 1800 && year <= 2100);
}

bool is_numbered_thing(const Tokens& tokens, std::size_t i) {
    if (i == 0) return false;
    std::size_t before = i - 1;
    if (tokens[before].is('.') && before > 0) --before;
    return tokens[before].is_one_of(
        {"page",     "pages",    "p",         "pp",         "port",    "ports",    "line",
         "lines",    "bug",      "bugs",      "number",     "numbers", "no",       "nos",
         "version",  "versions", "section",   "sections",   "chapter", "chapters", "article",
         "articles", "id",       "ids",       "item",       "items",   "row",      "rows",
         "isbn",     "issn",     "phone",     "tel",        "fax",     "rfc",      "rfcs",
         "verse",    "verses",   "room",      "rooms",      "bytes",   "issue",    "issues",
         "vol",      "volume",   "paragraph", "paragraphs", "iso",     "iec"});
}

}  // namespace almagest::text
