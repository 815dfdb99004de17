#include "text/abbreviations.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace almagest::text {
namespace {

/// ASCII letters lower-cased; empty for words with others or of more than 15 letters.
std::string lower_ascii(std::u16string_view word) {
    constexpr std::size_t longest = 15;
    std::string lower;
    if (word.size() > longest) return lower;
    for (const auto c : word) {
        if (c >= 0x80) return {};
        lower += static_cast<char>(c >= u'A' && c <= u'Z' ? c + 32 : c);
    }
    return lower;
}

std::unordered_map<std::string_view, Abbreviation> english_abbreviations() {
    std::unordered_map<std::string_view, Abbreviation> known;
    for (const auto* word :
         {"mr",   "mrs",  "ms",   "dr",  "prof",  "st",   "gen",  "col", "lt",
          "sgt",  "capt", "cpt",  "maj", "rev",   "hon",  "sen",  "rep", "gov",
          "pres", "fr",   "mt",   "ft",  "adm",   "cmdr", "cpl",  "pvt", "messrs",
          "mme",  "mlle", "supt", "det", "insp",  "amb",  "atty", "br",  "dir",
          "ofc",  "sra",  "srta", "drs", "profs", "gens", "sens", "reps"}) {
        known.emplace(word, Abbreviation::title);
    }
    for (const auto* word :
         {"no",     "nos", "fig", "figs", "sec",  "ch",  "chap", "vol", "vols", "pp",
          "p",      "pg",  "art", "eq",   "eqs",  "ref", "refs", "nr",  "tab",  "app",
          "pt",     "ver", "v",   "para", "cl",   "ex",  "jan",  "feb", "mar",  "apr",
          "jun",    "jul", "aug", "sep",  "sept", "oct", "nov",  "dec", "ca",   "c",
          "approx", "tel", "ext", "op",   "ed",   "eds", "rs"}) {
        known.emplace(word, Abbreviation::numbered);
    }
    for (const auto* word : {"e.g", "i.e", "eg", "ie", "vs", "cf", "viz", "aka", "a.k.a", "resp",
                             "incl", "orig", "trans", "esp", "al"}) {
        known.emplace(word, Abbreviation::joining);
    }
    for (const auto* word :
         {"inc",  "ltd",  "corp", "co",    "jr",   "sr",    "esq",   "etc",   "ave",  "rd",  "blvd",
          "dept", "univ", "assn", "bros",  "est",  "gov't", "govt",  "int'l", "mfg",  "a.m", "p.m",
          "am",   "pm",   "ph.d", "b.a",   "m.a",  "m.d",   "b.c",   "a.d",   "plc",  "llc", "hr",
          "hrs",  "min",  "oz",   "lb",    "lbs",  "ariz",  "calif", "colo",  "conn", "fla", "ind",
          "mass", "mich", "minn", "okla",  "penn", "tenn",  "tex",   "wash",  "wis",  "mon", "tue",
          "tues", "wed",  "thu",  "thurs", "fri",  "sq",    "cu",    "dist",  "natl", "int"}) {
        known.emplace(word, Abbreviation::either);
    }
    // Words of their own far more often than abbreviations.
    for (const auto* word :
         {"am", "ind", "mass", "wash", "min", "est", "int", "fri", "wed", "mon"}) {
        known.erase(word);
    }
    return known;
}

bool has_inner_stop(std::u16string_view word) {
    // "U.S", "J.R.R", "Ph.D": every part short, letters only.
    std::size_t part = 0;
    bool inner = false;
    for (const auto c : word) {
        if (c == u'.') {
            if (part == 0) return false;
            inner = true;
            part = 0;
        } else if ((c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z')) {
            if (++part > 2) return false;
        } else {
            return false;
        }
    }
    return inner && part > 0;
}

}  // namespace

Abbreviation abbreviation_of(std::u16string_view word) {
    static const auto known = english_abbreviations();
    const auto found = known.find(lower_ascii(word));
    if (found != known.end()) return found->second;
    return has_inner_stop(word) ? Abbreviation::either : Abbreviation::none;
}

bool begins_sentences(std::u16string_view word) {
    static const std::unordered_set<std::string_view> starters{
        "the",     "a",         "an",      "he",      "she",       "it",    "they",    "we",
        "i",       "you",       "this",    "that",    "these",     "those", "in",      "on",
        "at",      "but",       "and",     "however", "his",       "her",   "its",     "their",
        "there",   "when",      "while",   "if",      "as",        "after", "before",  "since",
        "for",     "from",      "with",    "by",      "to",        "what",  "who",     "why",
        "how",     "where",     "not",     "no",      "yes",       "so",    "then",    "some",
        "many",    "most",      "all",     "my",      "our",       "your",  "also",    "although",
        "because", "during",    "both",    "each",    "now",       "here",  "is",      "are",
        "was",     "were",      "do",      "did",     "only",      "such",  "another", "let",
        "once",    "or",        "until",   "under",   "over",      "about", "through", "later",
        "nothing", "meanwhile", "instead", "thus",    "therefore", "today", "please",  "it's",
        "i'm",     "he's"};
    return starters.contains(lower_ascii(word));
}

bool goes_with_time(std::u16string_view word) {
    static const std::unordered_set<std::string_view> times{
        "monday",   "tuesday",   "wednesday", "thursday",  "friday",    "saturday", "sunday",
        "january",  "february",  "march",     "april",     "may",       "june",     "july",
        "august",   "september", "october",   "november",  "december",  "eastern",  "central",
        "mountain", "pacific",   "atlantic",  "greenwich", "universal", "zulu",     "local"};
    return times.contains(lower_ascii(word));
}

}  // namespace almagest::text
