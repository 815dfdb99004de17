#pragma once

#include <string>
#include <string_view>

namespace almagest::store {

/// SHA-256 in lower-case hexadecimal digits. Thread-safe.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace almagest::store
