#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace almagest::text {

/// A bit for every byte of a text, which can be counted up to any place and found by number. Takes
/// 3 bits a byte. Safe for concurrent reading once it is counted.
class RankedBits {
  public:
    /// All unset.
    explicit RankedBits(std::size_t size);

    void set(std::size_t at) { words_[at / kWord] |= std::uint64_t{1} << (at % kWord); }
    /// Eight bits at once, the lowest for `at`, a multiple of 8.
    void set_eight(std::size_t at, std::uint64_t bits) {
        words_[at / kWord] |= bits << (at % kWord);
    }
    /// To be called after the last `set`.
    void count();

    [[nodiscard]] bool is_set(std::size_t at) const {
        return (words_[at / kWord] >> (at % kWord) & 1U) != 0;
    }
    /// Bits set below `at`, which is at most the size.
    [[nodiscard]] std::size_t rank(std::size_t at) const;
    /// The place of the set bit that has `rank` set bits below it; the size if there is none.
    [[nodiscard]] std::size_t select(std::size_t rank) const;
    /// The last set bit up to and including `at`; 0 if there is none.
    [[nodiscard]] std::size_t last_up_to(std::size_t at) const;

  private:
    static constexpr std::size_t kWord = 64;

    std::size_t size_;
    std::vector<std::uint64_t> words_;
    std::vector<std::uint64_t> below_;  // bits set below every fourth word
};

}  // namespace almagest::text
