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
/// at a sentence, then at a word, never inside a table row or a character (grapheme cluster) that
/// fits. A paragraph is cut only when it is longer than a chunk or when the chunk without it
/// would be below `policy.minimum`; a heading stays with the paragraph after it. Overlaps start at
/// the sentence that makes them nearest to the length asked for, at most twice that, and
/// shrink (to nothing) where a paragraph or sentence fits in no other way; they are at most half of
/// the maximum. The fresh parts joined restore the text exactly. A last chunk below
/// `policy.minimum` joins the one before it where the maximum allows that. A minimum above the
/// maximum counts as a quarter of the maximum.
/// `counter` measures the text once; where it cannot, it is asked a few times a chunk, about pieces
/// of at most a chunk's length or so.
/// `kept` are chunks of an earlier version of the text, as ranges of this one and in order
/// (unchanged_chunks): those that are still within the maximum stay as they are, and only what lies
/// between them is cut, so that a change far before a chunk does not shift it.
/// Thread-safe. Throws PermanentError if a single code point exceeds the maximum, UsageError for
/// a maximum of 0 or a `locale` that is no language tag.
[[nodiscard]] std::vector<Chunk> chunk_text(std::string_view utf8, const ChunkPolicy& policy,
                                            const TokenCounter& counter,
                                            std::string_view locale = "en",
                                            const std::vector<Chunk>& kept = {});

}  // namespace almagest::text
