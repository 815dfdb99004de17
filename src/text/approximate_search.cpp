#include "text/approximate_search.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace almagest::text {
namespace {

constexpr std::size_t block_bits = 64;

/// For every character of the pattern, where it stands, as bits; one row a character.
class PatternBits {
  public:
    explicit PatternBits(std::u32string_view pattern)
        : blocks_((pattern.size() + block_bits - 1) / block_bits), alphabet_(pattern) {
        std::sort(alphabet_.begin(), alphabet_.end());
        alphabet_.erase(std::unique(alphabet_.begin(), alphabet_.end()), alphabet_.end());
        bits_.assign((alphabet_.size() + 1) * blocks_, 0);
        for (std::size_t i = 0; i < alphabet_.size(); ++i) {
            if (alphabet_[i] < ascii_rows_.size()) ascii_rows_[alphabet_[i]] = i + 1;
        }
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            bits_[row_of(pattern[i]) * blocks_ + i / block_bits] |= std::uint64_t{1}
                                                                    << (i % block_bits);
        }
    }

    [[nodiscard]] std::size_t blocks() const { return blocks_; }
    [[nodiscard]] const std::uint64_t* of(char32_t character) const {
        return &bits_[row_of(character) * blocks_];
    }

  private:
    // Row 0 belongs to every character that the pattern lacks.
    [[nodiscard]] std::size_t row_of(char32_t character) const {
        if (character < ascii_rows_.size()) return ascii_rows_[character];
        const auto found = std::lower_bound(alphabet_.begin(), alphabet_.end(), character);
        if (found == alphabet_.end() || *found != character) return 0;
        return static_cast<std::size_t>(found - alphabet_.begin()) + 1;
    }

    std::size_t blocks_;
    std::u32string alphabet_;
    std::array<std::size_t, 128> ascii_rows_{};
    std::vector<std::uint64_t> bits_;
};

/// One column of the distance matrix as vertical differences, 64 rows a block.
struct Block {
    std::uint64_t plus = ~std::uint64_t{0};
    std::uint64_t minus = 0;

    /// Steps to the next column; takes and gives the horizontal difference at the block's border.
    int advance(std::uint64_t equal, int carry_in, std::uint64_t last_row) {
        const auto vertical = equal | minus;
        if (carry_in < 0) equal |= 1U;
        const auto horizontal = (((equal & plus) + plus) ^ plus) | equal;
        auto horizontal_plus = minus | ~(horizontal | plus);
        auto horizontal_minus = plus & horizontal;
        int carry_out = 0;
        if (horizontal_plus & last_row) carry_out = 1;
        if (horizontal_minus & last_row) carry_out = -1;
        horizontal_plus <<= 1U;
        horizontal_minus <<= 1U;
        if (carry_in < 0) horizontal_minus |= 1U;
        if (carry_in > 0) horizontal_plus |= 1U;
        plus = horizontal_minus | ~(vertical | horizontal_plus);
        minus = horizontal_plus & vertical;
        return carry_out;
    }
};

/// Distances of `pattern` to what ends at each character of `text`, column by column. `anchored`:
/// to the whole of the text so far, else to the best substring.
class Columns {
  public:
    Columns(std::u32string_view pattern, bool anchored)
        : bits_(pattern),
          column_(bits_.blocks()),
          last_row_(std::uint64_t{1} << ((pattern.size() - 1) % block_bits)),
          distance_(pattern.size()),
          first_carry_(anchored ? 1 : 0) {}

    std::size_t advance(char32_t character) {
        const auto* equal = bits_.of(character);
        int carry = first_carry_;
        for (std::size_t i = 0; i < column_.size(); ++i) {
            const bool is_last = i + 1 == column_.size();
            carry =
                column_[i].advance(equal[i], carry, is_last ? last_row_ : std::uint64_t{1} << 63U);
        }
        distance_ = carry < 0 ? distance_ - 1 : distance_ + static_cast<std::size_t>(carry);
        return distance_;
    }

  private:
    PatternBits bits_;
    std::vector<Block> column_;
    std::uint64_t last_row_;
    std::size_t distance_;
    int first_carry_;
};

}  // namespace

ApproximateEnds approximate_ends(std::u32string_view text, std::u32string_view pattern,
                                 std::size_t limit, std::size_t most) {
    ApproximateEnds best{limit + 1, {}};
    if (pattern.empty()) return best;
    Columns columns(pattern, false);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto distance = columns.advance(text[i]);
        if (distance > limit || distance > best.distance) continue;
        if (distance < best.distance) best = {distance, {}};
        if (best.ends.size() < most) best.ends.push_back(i + 1);
    }
    return best;
}

std::size_t closest_prefix(std::u32string_view text, std::u32string_view pattern) {
    if (pattern.empty()) return 0;
    Columns columns(pattern, true);
    std::size_t least = pattern.size();
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto distance = columns.advance(text[i]);
        if (distance >= least) continue;
        least = distance;
        length = i + 1;
    }
    return length;
}

std::size_t edit_distance(std::u32string_view left, std::u32string_view right) {
    if (left.empty()) return right.size();
    Columns columns(left, true);
    std::size_t distance = left.size();
    for (const auto character : right) distance = columns.advance(character);
    return distance;
}

}  // namespace almagest::text
