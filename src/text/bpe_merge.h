#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "text/bpe_vocabulary.h"

namespace almagest::text {

/// Where the tokens of one piece end, in bytes of the piece: its bytes merged pair by pair, lowest
/// rank first and of equal ones the leftmost. `ends` is cleared first. O(n log n).
void merge_bytes(const BpeVocabulary& vocabulary, std::string_view piece,
                 std::vector<std::uint32_t>& ends);

}  // namespace almagest::text
