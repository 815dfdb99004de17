#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "work/intake_ledger.h"

namespace almagest::work {

/// Files under `paths` in a fixed order: a file is itself, a folder is every file below it (hidden
/// ones left out), "-" is standard input. What does not exist or cannot be opened goes to
/// `refused`.
[[nodiscard]] std::vector<std::filesystem::path> page_files(const std::vector<std::string>& paths,
                                                            std::vector<Refusal>& refused);

}  // namespace almagest::work
