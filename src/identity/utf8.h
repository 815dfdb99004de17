#pragma once

#include <string>
#include <string_view>

namespace almagest::identity {

/// The code points of UTF-8; U+FFFD for each byte that is none of it.
[[nodiscard]] std::u32string code_points_of(std::string_view utf8);

}  // namespace almagest::identity
