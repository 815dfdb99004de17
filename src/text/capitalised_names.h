#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "text/code_points.h"
#include "text/dictionary.h"

namespace almagest::text {

/// Words of a language that decide where its names begin and end; all in small letters.
struct NameWords {
    std::set<std::string> function_words;  ///< no name begins with one: "the", "after", "he"
    std::set<std::string> calendar_words;  ///< parts of dates, not of names: "march", "monday"
    std::set<std::string> joining_words;   ///< may stand inside a name: "of", "the", "von"
    std::set<std::string> numbered_words;  ///< with a number behind it no name: "chapter", "page"
    std::set<std::string> articles;        ///< behind one, a number may begin a name: "the"
    std::shared_ptr<const Dictionary> dictionary;  ///< of the language; may be null
    std::set<std::string> units{};                 ///< measures, no names: "mhz", "20MB"
    std::set<std::string> adjective_parts{};       ///< hyphened to a name: "-based", "non-"
};

/// Are most of the text's letters of a script that has capitals? False for a text without letters.
[[nodiscard]] bool writes_capitals(std::string_view utf8);

/// What may be names in some sentences of a text: runs of capitalised words, with the words that
/// may join them and numbers behind them, and quoted titles; at the beginning of a sentence only
/// what is not a function word, nor a word that the sentences also write small, nor a
/// word of the dictionary that they have nowhere else. "Congress Congress11" are two. Each distinct
/// spelling once, in order of occurrence. Finds nothing in scripts without capitals. Linear time
/// but for a look-up in the word lists. Thread-safe.
/// After the capitalised-run heuristics of named-entity recognition (MUC-6 systems' "proper
/// names").
[[nodiscard]] std::vector<std::string> capitalised_names(std::string_view utf8,
                                                         const std::vector<Range>& sentences,
                                                         const NameWords& words);

}  // namespace almagest::text
