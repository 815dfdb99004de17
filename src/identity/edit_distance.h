#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace almagest::identity {

/// Levenshtein distances from one text to many, in code points, 64 rows of the matrix at a time
/// (Myers 1999; blocks after Hyyrö 2003). Reusable; holds no view of the text. One thread.
class EditPattern {
  public:
    void assign(std::u32string_view pattern);
    /// The distance to `text`, or `limit` + 1 when it is greater than `limit`.
    [[nodiscard]] std::size_t distance(std::u32string_view text, std::size_t limit) const;

  private:
    struct Block {
        std::uint64_t positive = ~std::uint64_t{0};
        std::uint64_t negative = 0;
    };
    [[nodiscard]] std::uint64_t rows_of(char32_t character, std::size_t block) const;
    [[nodiscard]] std::size_t in_one_block(std::u32string_view text, std::size_t limit) const;
    [[nodiscard]] std::size_t in_blocks(std::u32string_view text, std::size_t limit) const;

    static constexpr char32_t plain = 128;
    std::size_t length_ = 0;
    std::size_t blocks_ = 0;
    std::vector<std::uint64_t> plain_rows_;  ///< of characters below `plain`, by block
    std::vector<char32_t> others_;           ///< the pattern's other characters, each once
    std::vector<std::uint64_t> other_rows_;
    std::vector<char32_t> dirty_;
    mutable std::vector<Block> columns_;
};

}  // namespace almagest::identity
