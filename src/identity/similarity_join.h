#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

namespace almagest::identity {

/// Two texts of a list, by place; first < second.
struct SimilarPair {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::uint32_t edits = 0;
    friend bool operator==(const SimilarPair&, const SimilarPair&) = default;
    friend bool operator<(const SimilarPair& a, const SimilarPair& b) {
        return std::tie(a.first, a.second) < std::tie(b.first, b.second);
    }
};

/// How many edits two texts may be apart, by the length of the longer, in code points. Never falls
/// as the length grows, and stays below half of it.
using EditsAllowed = std::function<std::size_t(std::size_t)>;

/// Edits that leave a Levenshtein similarity (1 − edits / length of the longer) greater than
/// `similarity`. Throws UsageError unless 0.5 <= similarity < 1.
[[nodiscard]] EditsAllowed edits_above(double similarity);

/// All pairs of texts at most `allowed` edits apart, sorted. Exact: a text with k edits keeps one
/// of k + 1 segments of the other (Li, Deng, Wang, Feng 2011: Pass-Join), so segments are looked
/// up, and what they find is verified. Memory: the texts, the pairs, and the segments of the
/// lengths within reach of the one at hand. At most 2^32 − 1 texts.
[[nodiscard]] std::vector<SimilarPair> similar_pairs(const std::vector<std::u32string>& texts,
                                                     const EditsAllowed& allowed,
                                                     unsigned threads = 2);

}  // namespace almagest::identity
