#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace almagest::contract {

/// Why a pattern may not be used ("repeats a group that repeats"), or nullopt. A pattern is taken
/// when std::regex compiles it and matching short strings cannot take long: no repetition or
/// alternation inside a repeated group, no back-references, at most three unbounded repetitions.
[[nodiscard]] std::optional<std::string> pattern_fault(std::string_view pattern);

}  // namespace almagest::contract
