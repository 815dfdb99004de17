#pragma once

#include <filesystem>
#include <string>

namespace almagest::model {

/// What the header of a model's file tells of how it attends to earlier tokens.
struct GgufAttention {
    std::string architecture;  ///< "qwen2"; "" where the header cannot be read
    bool has_sliding_window = false;
};

/// Reads the header's keys up to those of the tokenizer, which come behind the architecture's (GGUF
/// specification, versions 2 and 3). Throws nothing of its own: a file of another form tells
/// nothing.
[[nodiscard]] GgufAttention gguf_attention(const std::filesystem::path& file);

}  // namespace almagest::model
