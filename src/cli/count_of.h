#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace almagest::cli {

/// (1, "page") → "1 page"; (1200, "page") → "1,200 pages"; `many` where an s does not do.
[[nodiscard]] std::string count_of(std::uint64_t number, std::string_view one,
                                   std::string_view many = "");

}  // namespace almagest::cli
