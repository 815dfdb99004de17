#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace almagest::contract {

/// Objects and arrays within one another, at most.
inline constexpr std::size_t maximum_depth = 128;

/// Reads one JSON document by RFC 8259: well-formed UTF-8, no lone surrogates, no duplicate keys,
/// nothing after the document, at most `maximum_depth` deep. nullopt: it is not that, with the
/// reason in `*why` if given. Thread-safe; linear time.
[[nodiscard]] std::optional<nlohmann::json> read_strict_json(std::string_view text,
                                                             std::string* why = nullptr);

/// Is `bytes` well-formed UTF-8?
[[nodiscard]] bool well_formed_utf8(std::string_view bytes);

}  // namespace almagest::contract
