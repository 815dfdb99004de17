#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "text/date_tokens.h"

namespace almagest::text {

/// Does the token before `i`, where it touches it, make another thing of it (a price, a version,
/// part of a longer number)? A dash is let through where `after_dash`.
[[nodiscard]] bool is_free_before(const std::vector<DateToken>& tokens, std::size_t i,
                                  bool after_dash = false);
/// The same of what follows a date that ends before `i`.
[[nodiscard]] bool is_free_after(const std::vector<DateToken>& tokens, std::size_t i);

/// A year 1000–2199 that is not part of another number.
[[nodiscard]] std::optional<int> year_at(const std::vector<DateToken>& tokens, std::size_t i);

/// Do the words before a bare number at `i` make it a year ("in", "since", a parenthesis …)?
[[nodiscard]] bool follows_time_word(const std::vector<DateToken>& tokens, std::size_t i);

/// Does what follows a number that ends before `i` make it a quantity ("1500 ships")? `year` and
/// `preposition` tell how doubtful it is.
[[nodiscard]] bool counts_something(const std::vector<DateToken>& tokens, std::size_t i, int year,
                                    bool after_plain_preposition);

/// Is the number at `i` named by the word before it: a page, a port, a version?
[[nodiscard]] bool is_numbered_thing(const std::vector<DateToken>& tokens, std::size_t i);

}  // namespace almagest::text
