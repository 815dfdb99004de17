#pragma once

#include <string>
#include <vector>

#include "text/chunker.h"
#include "text/code_points.h"

// For tests: the text of each chunk, overlap included.
namespace almagest::text {

inline std::vector<std::string> contents(const std::string& text,
                                         const std::vector<Chunk>& chunks) {
    const CodePointIndex index(text);
    std::vector<std::string> all;
    all.reserve(chunks.size());
    for (const auto& chunk : chunks) all.emplace_back(index.slice(chunk.range));
    return all;
}

}  // namespace almagest::text
