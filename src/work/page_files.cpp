#include "work/page_files.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace almagest::work {
namespace fs = std::filesystem;

namespace {

bool hidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

void collect_folder(const fs::path& folder, std::vector<PageFile>& files,
                    std::vector<Refusal>& refused) {
    std::error_code error;
    std::vector<fs::path> found;
    fs::recursive_directory_iterator entries(folder, error);
    for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
        if (hidden(entries->path())) {
            if (entries->is_directory()) entries.disable_recursion_pending();
            continue;
        }
        if (entries->is_regular_file()) found.push_back(entries->path());
    }
    if (error) refused.push_back({folder.string(), "cannot be listed: " + error.message()});
    std::sort(found.begin(), found.end());
    for (auto& path : found) files.push_back({std::move(path), true});
}

}  // namespace

std::vector<PageFile> page_files(const std::vector<std::string>& paths,
                                 std::vector<Refusal>& refused) {
    std::vector<PageFile> files;
    for (const auto& name : paths) {
        const fs::path path(name);
        std::error_code error;
        const auto status = fs::status(path, error);
        if (name == "-")
            files.push_back({path});
        else if (!fs::exists(status))
            refused.push_back({name, "no such file or folder"});
        else if (fs::is_directory(status))
            collect_folder(path, files, refused);
        else if (fs::is_regular_file(status))
            files.push_back({path});
        else
            refused.push_back({name, "is neither a file nor a folder"});
    }
    return files;
}

}  // namespace almagest::work
