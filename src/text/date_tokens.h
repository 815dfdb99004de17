#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::text {

/// A word, a run of digits or one other character, as the date reader sees a text.
struct DateToken {
    enum class Kind { word, number, mark };
    Kind kind = Kind::mark;
    std::string_view text;
    std::string lower;       ///< of a word, ASCII letters lower-cased
    char32_t mark = 0;       ///< of a mark
    int number = -1;         ///< of a number of at most four digits, else -1
    std::size_t offset = 0;  ///< byte where it starts
    bool spaced = false;     ///< white space (or the text's start) stands before it

    [[nodiscard]] std::size_t end() const { return offset + text.size(); }
    [[nodiscard]] bool is_word() const { return kind == Kind::word; }
    [[nodiscard]] bool is_number() const { return kind == Kind::number; }
    [[nodiscard]] bool is(char32_t wanted) const { return kind == Kind::mark && mark == wanted; }
    [[nodiscard]] bool is(std::string_view word) const { return is_word() && lower == word; }
    [[nodiscard]] bool is_one_of(std::initializer_list<std::string_view> words) const;
    [[nodiscard]] bool is_dash() const {
        return kind == Kind::mark && (mark == '-' || (mark >= 0x2010 && mark <= 0x2015));
    }
    [[nodiscard]] bool is_capitalised() const {
        return is_word() && text.front() >= 'A' && text.front() <= 'Z';
    }
};

/// Between paragraphs stands a mark U+2029, so that nothing is read across them. Tokens view into
/// `utf8`.
[[nodiscard]] std::vector<DateToken> date_tokens(std::string_view utf8);

}  // namespace almagest::text
