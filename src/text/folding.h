#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/code_points.h"

namespace almagest::text {

/// A text made comparable: decomposed (NFKD), case folded, white space runs one space, quotes and
/// dashes alike, invisible characters gone; every character knows the code points it came from.
class FoldedText {
  public:
    explicit FoldedText(std::string_view utf8);

    [[nodiscard]] const std::u32string& characters() const { return characters_; }
    /// The code points of the original that characters [first, last) came from; first < last.
    [[nodiscard]] Range origin(std::size_t first, std::size_t last) const;
    /// The characters that a range of code points of the original became, as [first, last).
    [[nodiscard]] std::pair<std::size_t, std::size_t> characters_of(Range range) const;
    /// May a match begin (or end) before character `position`? Not between two characters of one
    /// code point, nor before a combining mark.
    [[nodiscard]] bool is_edge(std::size_t position) const;
    /// Do the characters on both sides of `position` belong to one word?
    [[nodiscard]] bool inside_word(std::size_t position) const;

  private:
    void append(char32_t character, Range origin);
    void append_folded(char32_t code_point, Range origin);
    std::u32string characters_;
    std::vector<Range> origins_;
};

/// Typographic quotes to ' and ", dashes to -, others as they are; 0 for characters that do not
/// show (soft hyphen, zero-width space, joiners stay).
[[nodiscard]] char32_t plain_punctuation(char32_t code_point);

}  // namespace almagest::text
