#pragma once

#include <unicode/unistr.h>

#include <cstddef>
#include <vector>

namespace almagest::text {

/// A stretch of lines that no sentence crosses, in UTF-16 offsets.
struct Block {
    std::size_t start = 0;
    std::size_t end = 0;
    bool whole = false;  ///< one sentence: a heading, a table row
};

/// Joins wrapped lines (their line breaks become spaces in `text`) and parts all others. Blank
/// lines are in no block.
[[nodiscard]] std::vector<Block> blocks_of(icu::UnicodeString& text);

}  // namespace almagest::text
