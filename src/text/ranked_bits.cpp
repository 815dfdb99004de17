#include "text/ranked_bits.h"

#include <algorithm>
#include <bit>

namespace almagest::text {
namespace {

constexpr std::size_t kBlock = 4;  // words

std::size_t bits_in(std::uint64_t word) {
    return static_cast<std::size_t>(std::popcount(word));
}

}  // namespace

RankedBits::RankedBits(std::size_t size) : size_(size), words_(size / kWord + 1) {}

void RankedBits::count() {
    below_.clear();
    below_.reserve(words_.size() / kBlock + 1);
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        if (i % kBlock == 0) below_.push_back(all);
        all += bits_in(words_[i]);
    }
}

std::size_t RankedBits::rank(std::size_t at) const {
    const auto word = at / kWord;
    auto found = static_cast<std::size_t>(below_[word / kBlock]);
    for (auto i = word / kBlock * kBlock; i < word; ++i) found += bits_in(words_[i]);
    const auto mask = (std::uint64_t{1} << (at % kWord)) - 1;
    return found + bits_in(words_[word] & mask);
}

std::size_t RankedBits::select(std::size_t rank) const {
    const auto block = std::upper_bound(below_.begin(), below_.end(), rank) - below_.begin() - 1;
    auto left = rank - static_cast<std::size_t>(below_[static_cast<std::size_t>(block)]);
    for (auto i = static_cast<std::size_t>(block) * kBlock; i < words_.size(); ++i) {
        auto word = words_[i];
        const auto here = bits_in(word);
        if (left >= here) {
            left -= here;
            continue;
        }
        for (; left > 0; --left) word &= word - 1;
        return i * kWord + static_cast<std::size_t>(std::countr_zero(word));
    }
    return size_;
}

std::size_t RankedBits::last_up_to(std::size_t at) const {
    auto word = at / kWord;
    auto bits = words_[word] << (kWord - 1 - at % kWord);
    if (bits != 0) return at - static_cast<std::size_t>(std::countl_zero(bits));
    while (word > 0) {
        bits = words_[--word];
        if (bits != 0) {
            return word * kWord + kWord - 1 - static_cast<std::size_t>(std::countl_zero(bits));
        }
    }
    return 0;
}

}  // namespace almagest::text
