#include <fmt/format.h>

#include <array>
#include <charconv>

#include "contract/job_type.h"
#include "error/error.h"

namespace almagest::contract {

std::string Version::text() const {
    return fmt::format("{}.{}.{}", major, minor, patch);
}

Version Version::parse(std::string_view text) {
    std::array<unsigned, 3> parts{};
    const char* at = text.data();
    const char* const end = at + text.size();
    bool fits = true;
    for (std::size_t i = 0; i < parts.size() && fits; ++i) {
        const bool padded = end - at > 1 && *at == '0' && at[1] != '.';
        const auto read = std::from_chars(at, end, parts.at(i));
        fits = !padded && read.ec == std::errc();
        at = read.ptr;
        if (fits && i + 1 < parts.size()) fits = at != end && *at++ == '.';
    }
    if (!fits || at != end) {
        throw UsageError(
            fmt::format("\"{}\" is no version; write MAJOR.MINOR.PATCH, as in 1.0.0", text));
    }
    return {parts[0], parts[1], parts[2]};
}

}  // namespace almagest::contract
