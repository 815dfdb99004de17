#include "lake/run_removal.h"

#include <fmt/format.h>

#include <iterator>
#include <system_error>

#include "error/error.h"

namespace almagest::lake {
namespace fs = std::filesystem;

bool remove_run(const fs::path& root, const fs::path& folder) {
    constexpr std::ptrdiff_t year_month_day_run = 4;
    const auto below = folder.lexically_normal().lexically_relative(root / "llm_runs");
    if (below.empty() || *below.begin() == ".." ||
        std::distance(below.begin(), below.end()) != year_month_day_run)
        return false;
    std::error_code refused;
    fs::remove_all(folder, refused);
    if (refused)
        throw TransientError(fmt::format("the artifacts in {} cannot be removed: {}",
                                         folder.string(), refused.message()));
    auto parent = folder.parent_path();
    std::error_code not_empty;  // others lie in it: then it stays
    for (int level = 1; level < year_month_day_run && fs::remove(parent, not_empty); ++level)
        parent = parent.parent_path();
    return true;
}

}  // namespace almagest::lake
