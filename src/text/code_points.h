#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::text {

/// A half-open range of code points.
struct Range {
    std::size_t start = 0;
    std::size_t end = 0;
    [[nodiscard]] std::size_t length() const { return end - start; }
    [[nodiscard]] bool contains(const Range& other) const {
        return start <= other.start && other.end <= end;
    }
    friend bool operator==(const Range&, const Range&) = default;
};

/// Is `bytes` well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms)?
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// Number of code points of well-formed UTF-8.
[[nodiscard]] std::size_t code_point_count(std::string_view utf8);

/// Maps between byte offsets and code point offsets of one text in O(log n) or better.
/// Holds a view of the text, which must outlive it. Safe for concurrent reading.
class CodePointIndex {
  public:
    explicit CodePointIndex(std::string_view utf8);
    [[nodiscard]] std::size_t size() const { return code_points_; }
    /// Byte offset of code point `position`; `position == size()` gives the text's length in bytes.
    /// Throws std::out_of_range past that.
    [[nodiscard]] std::size_t byte_of(std::size_t position) const;
    /// Code point that the byte at `offset` belongs to.
    [[nodiscard]] std::size_t code_point_of(std::size_t offset) const;
    /// The bytes of a range of code points.
    [[nodiscard]] std::string_view slice(Range range) const;

  private:
    std::string_view text_;
    std::size_t code_points_ = 0;
    std::vector<std::size_t> checkpoints_;  // byte offset of every 64th code point
};

}  // namespace almagest::text
