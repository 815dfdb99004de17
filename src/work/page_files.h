#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "store/knowledge.h"

namespace almagest::work {

/// What could not be read, and why; the rest goes on.
struct RefusedFile {
    std::string path;
    std::string reason;
};

/// Files under `paths` in a fixed order: a file is itself, a folder is every file below it (hidden
/// ones left out), "-" is standard input. What does not exist or cannot be opened goes to
/// `refused`.
[[nodiscard]] std::vector<std::filesystem::path> page_files(const std::vector<std::string>& paths,
                                                            std::vector<RefusedFile>& refused);

struct TakenIn {
    std::vector<store::IngestedPage> pages;
    std::vector<RefusedFile> refused;
    std::uint64_t new_pages = 0;
    std::uint64_t bytes = 0;
};

/// Reads pages and stores them; each page in a transaction of its own. In a folder, a file that is
/// no page (binary) is refused like any other. `on_file` is called after each file.
[[nodiscard]] TakenIn take_in(
    store::Knowledge& knowledge, int tenant_id, const std::vector<std::string>& paths,
    const config::IngestSettings& settings,
    const std::function<void(std::size_t done, std::size_t total)>& on_file);

}  // namespace almagest::work
