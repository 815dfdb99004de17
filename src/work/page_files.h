#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "work/intake_ledger.h"

namespace almagest::work {

struct PageFile {
    std::filesystem::path path;
    bool is_of_folder = false;  ///< the folder was named, not the file

    friend bool operator==(const PageFile&, const PageFile&) = default;
};

/// Files under `paths` in a fixed order: a file is itself, a folder is every file below it (hidden
/// ones left out), "-" is standard input. What does not exist or cannot be opened goes to
/// `refused`.
[[nodiscard]] std::vector<PageFile> page_files(const std::vector<std::string>& paths,
                                               std::vector<Refusal>& refused);

}  // namespace almagest::work
