#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "identity/evidence.h"

namespace almagest::identity {

struct CandidatePair {
    std::uint32_t first = 0;  ///< places in the list; first < second
    std::uint32_t second = 0;
    Judgement judgement;
};

/// Pairs of names that may be one, best first: those within a few edits of one another, of the same
/// words in another order, or of the same words but for an initial; then the evidence decides
/// (judge), and pairs of a score of at least `threshold` stay. Deterministic.
[[nodiscard]] std::vector<CandidatePair> audit(const std::vector<Name>& names, unsigned threads = 2,
                                               double threshold = likely_one);

/// A pair whose names alone fall short of the threshold can still reach it through relations that
/// both have: an audit with a threshold of `likely_with_relations` gives such pairs too.
inline constexpr double likely_with_relations = 0.004;

}  // namespace almagest::identity
