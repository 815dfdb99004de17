#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace almagest::contract {

/// What a validator's message about `value` (null: it is not there) says, in words for people that
/// name what was found: "is a number, which is not allowed here". Messages that are not known stay.
[[nodiscard]] std::string plain_wording(const std::string& message, const nlohmann::json* value);

}  // namespace almagest::contract
