#include "text/tokens.h"

#include <fmt/format.h>

#include <cmath>

#include "error/error.h"
#include "text/code_points.h"

namespace almagest::text {

EstimatedTokens::EstimatedTokens(double characters_per_token)
    : characters_per_token_(characters_per_token) {
    if (!(std::isfinite(characters_per_token) && characters_per_token > 0.0)) {
        throw UsageError(
            fmt::format("characters per token must be above 0, not {}", characters_per_token));
    }
}

std::size_t EstimatedTokens::count(std::string_view utf8) const {
    const auto characters = static_cast<double>(code_point_count(utf8));
    return static_cast<std::size_t>(std::ceil(characters / characters_per_token_));
}

}  // namespace almagest::text
