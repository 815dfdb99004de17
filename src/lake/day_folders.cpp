#include "lake/day_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "error/error.h"

namespace almagest::lake {
namespace {

namespace fs = std::filesystem;

bool is_number(const std::string& name, std::size_t digits) {
    return name.size() == digits &&
           std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

/// Folders in `folder` whose names are numbers of so many digits, in order.
std::vector<fs::path> numbered_folders(const fs::path& folder, std::size_t digits) {
    std::vector<fs::path> found;
    std::error_code missing;
    for (fs::directory_iterator entry(folder, missing); entry != fs::directory_iterator();
         entry.increment(missing)) {
        if (missing) break;
        if (fs::is_directory(entry->symlink_status()) &&
            is_number(entry->path().filename().string(), digits)) {
            found.push_back(entry->path());
        }
    }
    std::ranges::sort(found);
    return found;
}

DayFolder measured(const fs::path& path, std::string day) {
    DayFolder folder{path, std::move(day), 0, 0};
    std::error_code gone;
    for (fs::recursive_directory_iterator entry(path, gone);
         entry != fs::recursive_directory_iterator(); entry.increment(gone)) {
        if (gone) break;
        const auto status = entry->symlink_status(gone);
        if (fs::is_directory(status) && entry.depth() == 0) ++folder.runs;
        if (!fs::is_regular_file(status)) continue;
        const auto size = entry->file_size(gone);
        if (!gone) folder.bytes += size;
    }
    return folder;
}

}  // namespace

std::vector<DayFolder> days_before(const fs::path& root, std::string_view day) {
    std::vector<DayFolder> found;
    for (const auto& year : numbered_folders(root / "llm_runs", 4))
        for (const auto& month : numbered_folders(year, 2))
            for (const auto& path : numbered_folders(month, 2)) {
                auto named = fmt::format("{}-{}-{}", year.filename().string(),
                                         month.filename().string(), path.filename().string());
                if (named < day) found.push_back(measured(path, std::move(named)));
            }
    return found;
}

void remove_day(const DayFolder& folder) {
    std::error_code refused;
    fs::remove_all(folder.path, refused);
    if (refused) {
        throw TransientError(fmt::format("the artifacts in {} cannot be removed: {}",
                                         folder.path.string(), refused.message()));
    }
    std::error_code not_empty;  // others write into it: then it stays
    if (fs::remove(folder.path.parent_path(), not_empty)) {
        fs::remove(folder.path.parent_path().parent_path(), not_empty);
    }
}

}  // namespace almagest::lake
