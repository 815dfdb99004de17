#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "text/calendar.h"
#include "text/date_tokens.h"
#include "text/eras.h"

namespace almagest::text {

/// A date found among tokens.
struct TokenDate {
    std::size_t first = 0;  ///< tokens [first, last)
    std::size_t last = 0;
    Days days;
    DatePrecision precision = DatePrecision::day;
};

/// Every date that the tokens state in full, by its distance from one before it in the sentence, or
/// without the year that one before it has; in order. `alone`: the tokens are a field of its own,
/// so that a bare year and a lower-case "may" are dates without words around them. `before`: the
/// last date of the text before the tokens.
[[nodiscard]] std::vector<TokenDate> find_dates(const std::vector<DateToken>& tokens,
                                                bool alone = false, const Calendar& calendar = {},
                                                const std::optional<DateMention>& before = {});

}  // namespace almagest::text
