#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::identity {

/// Where segment `number` of a text of `length`, cut into `count`, lies: the last ones are one
/// longer where the length does not divide.
struct Segment {
    std::size_t start = 0;
    std::size_t length = 0;
};
[[nodiscard]] Segment segment_of(std::size_t length, std::size_t count, std::size_t number);

/// The segments of texts of one length, each text cut into as many: who has a given segment in a
/// given place. Immutable, so safe for concurrent reading. Equal hashes may name strangers.
class SegmentIndex {
  public:
    /// `texts` all have `length`; they are known by their places from `first_rank` on.
    SegmentIndex(std::span<const std::u32string_view> texts, std::uint32_t first_rank,
                 std::size_t length, std::size_t count);
    [[nodiscard]] std::span<const std::uint32_t> with(std::size_t number,
                                                      std::u32string_view segment) const;
    [[nodiscard]] std::size_t length() const { return length_; }
    [[nodiscard]] std::size_t count() const { return count_; }

  private:
    struct Slot {
        std::uint64_t hash = 0;  ///< 0: free
        std::uint32_t start = 0;
        std::uint32_t end = 0;
    };
    std::size_t length_;
    std::size_t count_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> ranks_;
};

}  // namespace almagest::identity
