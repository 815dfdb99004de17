#pragma once

#include <nlohmann/json.hpp>

namespace almagest::contract {

/// A string longer than this is not matched against patterns but refused, in bytes.
inline constexpr std::size_t longest_matched_string = 1000;

/// Throws UsageError, with a JSON pointer, where a schema uses what the validator does not know,
/// ignores, or could run away with: keywords outside draft 7, "format", references outside the
/// document or in a circle, unknown types, patterns that std::regex cannot take or could match in
/// exponential time. Keywords that start with "x-" are remarks and pass.
void check_schema_coverage(const nlohmann::json& schema);

/// Does the schema use "pattern" or "patternProperties" anywhere?
[[nodiscard]] bool uses_patterns(const nlohmann::json& schema);

}  // namespace almagest::contract
