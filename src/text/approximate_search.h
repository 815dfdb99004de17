#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace almagest::text {

struct ApproximateEnds {
    std::size_t distance = 0;       ///< least number of insertions, deletions, replacements
    std::vector<std::size_t> ends;  ///< where occurrences with that distance end, in order
};

/// Where in `text` substrings with the least edit distance to `pattern` end (Myers 1999, in blocks
/// of 64 with Hyyrö's carries: O(text × pattern / 64)). At most `most` ends are kept; none are when
/// the least distance is above `limit`.
[[nodiscard]] ApproximateEnds approximate_ends(std::u32string_view text,
                                               std::u32string_view pattern, std::size_t limit,
                                               std::size_t most = 64);

/// Length of the shortest prefix of `text` with the least edit distance to `pattern`.
[[nodiscard]] std::size_t closest_prefix(std::u32string_view text, std::u32string_view pattern);

/// Edit distance of two strings.
[[nodiscard]] std::size_t edit_distance(std::u32string_view left, std::u32string_view right);

}  // namespace almagest::text
