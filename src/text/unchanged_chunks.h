#pragma once

#include <string_view>
#include <vector>

#include "text/chunker.h"

namespace almagest::text {

/// The chunks of an earlier version of a text whose words, overlap included, stand in `text` too,
/// in the same order and with the same words around them: as ranges of `text`, for `chunk_text` to
/// keep. `chunks` are ranges of `earlier`, in order. A chunk that `earlier` had twice, or of fewer
/// than 32 bytes, is not looked for. What counts as the same order is the longest one (as in
/// patience diff). Takes time in proportion to both texts. Thread-safe.
[[nodiscard]] std::vector<Chunk> unchanged_chunks(std::string_view earlier,
                                                  const std::vector<Chunk>& chunks,
                                                  std::string_view text);

}  // namespace almagest::text
