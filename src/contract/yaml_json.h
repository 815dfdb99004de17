#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace almagest::contract {

/// A YAML document as JSON: plain scalars by YAML's core schema (true, 12, 0.5, null), quoted ones
/// as strings. Throws UsageError (line and cause) on broken YAML, a repeated or non-scalar key, a
/// document that is no mapping, or one of more than 10,000 nodes.
[[nodiscard]] nlohmann::json yaml_to_json(const std::string& text);

}  // namespace almagest::contract
