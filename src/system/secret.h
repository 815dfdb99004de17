#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace almagest::system {

/// `bytes` random bytes in lower-case hexadecimal, fit for keys. Throws PermanentError when the
/// machine has no randomness to give.
[[nodiscard]] std::string random_secret(std::size_t bytes = 32);

/// HMAC-SHA-256 (RFC 2104) in lower-case hexadecimal. Thread-safe.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);

/// Takes as long for texts that differ early as for those that differ late, or in length.
[[nodiscard]] bool is_same_secret(std::string_view first, std::string_view second);

}  // namespace almagest::system
