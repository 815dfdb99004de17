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

/// Do nothing but these words, punctuation and what stands in brackets make up a text?
[[nodiscard]] bool has_only(std::string_view text, const std::vector<std::string>& words);

/// A text without what stands in brackets.
[[nodiscard]] std::string without_brackets(std::string_view text);

}  // namespace almagest::contract
