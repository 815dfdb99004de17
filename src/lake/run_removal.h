#pragma once

#include <filesystem>

namespace almagest::lake {

/// Removes the folder of one run, <root>/llm_runs/{yyyy}/{mm}/{dd}/{run_id}, and the day's, month's
/// and year's where they are empty then. A folder that is not of this lake stays: false. One that
/// is gone already is removed: true. Throws TransientError when the disk refuses. Thread-safe.
bool remove_run(const std::filesystem::path& root, const std::filesystem::path& folder);

}  // namespace almagest::lake
