#pragma once

#include <cstddef>
#include <string_view>

namespace almagest::contract::scan {

// Looks at nearly-JSON without consuming it. Positions are bytes; all bounds are checked.

/// Bytes of the white space character at `position` (Unicode's spaces, zero-width ones and the
/// byte order mark among them); 0: none.
[[nodiscard]] std::size_t space(std::string_view text, std::size_t position);

/// Bytes of the quotation mark at `position`; 0: none.
[[nodiscard]] std::size_t quote(std::string_view text, std::size_t position);

/// Bytes of the mark at `position` if it closes a string that `opening` began; 0: it does not.
[[nodiscard]] std::size_t closing_quote(std::string_view text, std::size_t position,
                                        std::string_view opening);

/// Does a code fence stand at `position`?
[[nodiscard]] bool fence(std::string_view text, std::size_t position);

/// Bytes of an ellipsis at `position`; 0: none.
[[nodiscard]] std::size_t ellipsis(std::string_view text, std::size_t position);

/// The first byte from `position` that is neither white space nor in a comment; stops at `limit`.
[[nodiscard]] std::size_t blanks(std::string_view text, std::size_t position, std::size_t limit);

[[nodiscard]] bool is_word(char c);  ///< a letter, digit, "_", "$" or part of a longer character
[[nodiscard]] bool is_digit(char c);

/// An unquoted name, then a colon that is no "://"; `*end` is set after the name.
[[nodiscard]] bool bare_key(std::string_view text, std::size_t position,
                            std::size_t* end = nullptr);

/// `text` without white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace almagest::contract::scan
