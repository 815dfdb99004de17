#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace almagest::text {

/// What kind of binary file the first bytes say this is ("a PNG image"), if one is known.
[[nodiscard]] std::optional<std::string_view> known_binary(std::string_view bytes);

/// Do these bytes look like text in some charset? Only looks at the first 64 KiB.
[[nodiscard]] bool looks_like_text(std::string_view bytes);

/// The charset that HTML or XML declares for itself in its first 4 KiB, if any.
[[nodiscard]] std::optional<std::string> declared_in_page(std::string_view bytes);

}  // namespace almagest::text
