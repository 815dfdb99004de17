#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "text/date_reader.h"

namespace almagest::text {

/// The date at token `i` that is told by its distance from `anchor`, the last date before it: "two
/// years later", "the following month", "that same year". nullopt: it is no such date; a sentence
/// ends in between; or the anchor is not as precise as the unit ("three days later" after a year).
[[nodiscard]] std::optional<TokenDate> relative_date(const std::vector<DateToken>& tokens,
                                                     std::size_t i, const TokenDate& anchor);

}  // namespace almagest::text
