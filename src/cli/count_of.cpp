#include "cli/count_of.h"

#include <fmt/format.h>

#include "cli/print.h"

namespace almagest::cli {

std::string count_of(std::uint64_t number, std::string_view one, std::string_view many) {
    if (number == 1) return fmt::format("1 {}", one);
    return many.empty() ? fmt::format("{} {}s", grouped(number), one)
                        : fmt::format("{} {}", grouped(number), many);
}

}  // namespace almagest::cli
