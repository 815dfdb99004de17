#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "contract/support.h"
#include "text/code_points.h"

namespace almagest::contract {

/// Where the evidence of an item that is a name begins and ends in the passage.
[[nodiscard]] std::vector<text::Range> places_of(const nlohmann::json& item,
                                                 const IndexedPassage& in);

[[nodiscard]] bool is_one_of(const std::string& word, const std::vector<std::string>& words);

/// The words of a text as name keys have them, without commas and what is no word.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

/// Do nothing but these words and asides make up the text behind a name?
[[nodiscard]] bool has_only(std::string_view text, const std::vector<std::string>& words);

/// The text behind a name without what stands in brackets, and without what stands between two
/// commas or dashes at its beginning ("A, who was ill, died"), unless that is a name, of which what
/// follows is said rather ("the third Congress, Congress3, was held").
[[nodiscard]] std::string without_asides(std::string_view text);

}  // namespace almagest::contract
