#include "identity/edit_distance.h"

#include <algorithm>

namespace almagest::identity {

namespace {
constexpr std::size_t word = 64;
}

void EditPattern::assign(std::u32string_view pattern) {
    const auto blocks = std::max<std::size_t>(1, (pattern.size() + word - 1) / word);
    if (blocks != blocks_) {
        plain_rows_.assign(plain * blocks, 0);
    } else {
        for (const auto character : dirty_)
            std::fill_n(plain_rows_.begin() + static_cast<std::ptrdiff_t>(character * blocks),
                        blocks, 0);
    }
    dirty_.clear();
    others_.clear();
    other_rows_.clear();
    blocks_ = blocks;
    length_ = pattern.size();
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const auto character = pattern[i];
        const auto bit = std::uint64_t{1} << (i % word);
        if (character < plain) {
            plain_rows_[character * blocks_ + i / word] |= bit;
            dirty_.push_back(character);
            continue;
        }
        auto place = static_cast<std::size_t>(std::find(others_.begin(), others_.end(), character) -
                                              others_.begin());
        if (place == others_.size()) {
            others_.push_back(character);
            other_rows_.resize(other_rows_.size() + blocks_, 0);
        }
        other_rows_[place * blocks_ + i / word] |= bit;
    }
}

std::uint64_t EditPattern::rows_of(char32_t character, std::size_t block) const {
    if (character < plain) return plain_rows_[character * blocks_ + block];
    const auto found = std::find(others_.begin(), others_.end(), character);
    return found == others_.end()
               ? 0
               : other_rows_[static_cast<std::size_t>(found - others_.begin()) * blocks_ + block];
}

std::size_t EditPattern::distance(std::u32string_view text, std::size_t limit) const {
    const auto gap = length_ > text.size() ? length_ - text.size() : text.size() - length_;
    if (gap > limit) return limit + 1;
    if (length_ == 0) return text.size();
    const auto found = blocks_ == 1 ? in_one_block(text, limit) : in_blocks(text, limit);
    return std::min(found, limit + 1);
}

std::size_t EditPattern::in_one_block(std::u32string_view text, std::size_t limit) const {
    std::uint64_t positive = ~std::uint64_t{0};
    std::uint64_t negative = 0;
    const auto last = std::uint64_t{1} << (length_ - 1);
    std::size_t score = length_;
    std::size_t left = text.size();
    for (const auto character : text) {
        const auto rows = rows_of(character, 0);
        const auto diagonal = (((rows & positive) + positive) ^ positive) | rows | negative;
        auto up = negative | ~(diagonal | positive);
        auto down = positive & diagonal;
        if (up & last) ++score;
        if (down & last) --score;
        --left;
        // Each further character lowers the score by one at most.
        if (score > limit + left) return limit + 1;
        up = (up << 1) | 1;
        down <<= 1;
        positive = down | ~(diagonal | up);
        negative = up & diagonal;
    }
    return score;
}

std::size_t EditPattern::in_blocks(std::u32string_view text, std::size_t limit) const {
    columns_.assign(blocks_, Block());
    std::size_t score = length_;
    std::size_t left = text.size();
    const auto last = std::uint64_t{1} << ((length_ - 1) % word);
    for (const auto character : text) {
        int carry = 1;  // the row above all: one more with every character
        for (std::size_t b = 0; b < blocks_; ++b) {
            auto& column = columns_[b];
            auto rows = rows_of(character, b);
            const auto horizontal = rows | column.negative;
            if (carry < 0) rows |= 1;
            const auto diagonal =
                (((rows & column.positive) + column.positive) ^ column.positive) | rows;
            auto up = column.negative | ~(diagonal | column.positive);
            auto down = column.positive & diagonal;
            const auto top = b + 1 == blocks_ ? last : std::uint64_t{1} << (word - 1);
            const int out = (up & top) != 0 ? 1 : (down & top) != 0 ? -1 : 0;
            up = (up << 1) | (carry > 0 ? 1U : 0U);
            down = (down << 1) | (carry < 0 ? 1U : 0U);
            column.positive = down | ~(horizontal | up);
            column.negative = up & horizontal;
            carry = out;
        }
        score = carry > 0 ? score + 1 : carry < 0 ? score - 1 : score;
        --left;
        if (score > limit + left) return limit + 1;
    }
    return score;
}

}  // namespace almagest::identity
