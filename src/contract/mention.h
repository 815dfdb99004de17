#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/code_points.h"

namespace almagest::contract {

/// A name without white space, quotation marks, brackets and commas around it, and without a full
/// stop that ends a sentence rather than an abbreviation.
[[nodiscard]] std::string trimmed_name(std::string_view name);

/// Is it a word that only points at a name ("he", "which", "the latter")? Capitals alone ("US",
/// "WHO") are a name.
[[nodiscard]] bool is_pronoun(std::string_view name);

/// Where a name stands in a text.
struct Mention {
    std::string name;  ///< as given, or without a leading article that the text lacks
    std::vector<text::Range> places;
};

/// Finds a name as whole words; a leading article may be missing in the text. Places are empty
/// when it does not occur.
[[nodiscard]] Mention find_mention(std::string_view text, std::string_view name);

/// Does a text carry at least one content word of a predicate ("was_leader_of": "leader")? Words
/// agree when they are equal, or share their first letters, four at least; with nothing but stop
/// words in the predicate there is nothing to miss, and the answer is yes.
[[nodiscard]] bool carries_wording(std::string_view text, std::string_view predicate);

/// Does a text carry every content word of a statement? One without content words is not carried.
[[nodiscard]] bool carries_every_word(std::string_view text, std::string_view statement);

}  // namespace almagest::contract
