#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace almagest::text {

/// The published rules by which tokenizers with a BPE vocabulary cut a text into pieces, before
/// merging bytes within each: those of r50k_base and p50k_base, cl100k_base, o200k_base. Letters,
/// numbers and marks are those of ICU's Unicode version.
enum class PieceRules : std::uint8_t { r50k, cl100k, o200k };

/// "r50k" (or "p50k", "gpt2"), "cl100k", "o200k", also as the beginning of a longer name such as a
/// file's; nullopt for any other.
[[nodiscard]] std::optional<PieceRules> piece_rules_named(std::string_view name);

/// The end of the piece that starts at byte `at` (below `utf8.size()`). Reads on no further than
/// three characters after that end, or the white space there. `utf8` should be well-formed; bytes
/// that are not count as symbols. Thread-safe.
[[nodiscard]] std::size_t piece_end(PieceRules rules, std::string_view utf8, std::size_t at);

}  // namespace almagest::text
