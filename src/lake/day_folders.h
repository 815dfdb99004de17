#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::lake {

/// All artifacts of one day: <root>/llm_runs/{yyyy}/{mm}/{dd}.
struct DayFolder {
    std::filesystem::path path;
    std::string day;          ///< YYYY-MM-DD (UTC)
    std::uint64_t runs = 0;   ///< folders in it
    std::uint64_t bytes = 0;  ///< of their files
};

/// The days of the lake `root` before `day` (YYYY-MM-DD), the oldest first; none where there is no
/// lake. Folders with other names, and links, are not days. May be called from several threads.
[[nodiscard]] std::vector<DayFolder> days_before(const std::filesystem::path& root,
                                                 std::string_view day);

/// Removes a day, and its month and year where they are empty then. Throws TransientError when the
/// disk refuses.
void remove_day(const DayFolder& folder);

}  // namespace almagest::lake
