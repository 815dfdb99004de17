#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "model/http.h"

namespace almagest::model {

/// `Retry-After` in seconds or as an HTTP date; nullopt when it is neither. Never negative.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after_from(
    std::string_view value, std::chrono::system_clock::time_point now);

/// What an error body says for itself, in one short line without control characters: the protocol's
/// error.message, else the start of a text body, else "" (HTML is never quoted).
[[nodiscard]] std::string error_text(std::string_view body, std::string_view api_key);

/// Throws what chat.h promises for an answer whose status is not 200: TransientError for 408, 425,
/// 429 and 5xx, EndpointUnusable for 401, 403 and 404, PermanentError for all else. `who` names the
/// endpoint, `model` what was asked for.
[[noreturn]] void throw_for_status(const std::string& who, const std::string& model,
                                   const HttpHead& head, std::string_view body,
                                   std::string_view api_key);

}  // namespace almagest::model
