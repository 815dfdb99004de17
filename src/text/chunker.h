#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "text/budget.h"
#include "text/code_points.h"
#include "text/tokens.h"

namespace almagest::text {

struct Chunk {
    Range range;            ///< code points of the page's text, overlap included
    std::size_t fresh = 0;  ///< where this chunk's own text starts; before it lies the overlap
    std::size_t tokens = 0;
};

/// Cuts a text into chunks of at most `policy.maximum` tokens: at a paragraph where one fits, then
/// at a sentence, then at a word, never inside a character (grapheme cluster) or, if it fits, a
/// table row. Overlaps start at a sentence. The fresh parts joined restore the text exactly.
/// A last chunk below `policy.minimum` joins the one before it where the maximum allows that.
/// Thread-safe. Throws PermanentError if a single character exceeds the maximum.
[[nodiscard]] std::vector<Chunk> chunk_text(std::string_view utf8, const ChunkPolicy& policy,
                                            const TokenCounter& counter,
                                            std::string_view locale = "en");

}  // namespace almagest::text
