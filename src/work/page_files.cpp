#include "work/page_files.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

#include "error/error.h"
#include "telemetry/log.h"
#include "text/page.h"

namespace almagest::work {
namespace fs = std::filesystem;

namespace {

std::string_view name_of(text::MediaType type) {
    switch (type) {
        case text::MediaType::html:
            return "text/html";
        case text::MediaType::markdown:
            return "text/markdown";
        case text::MediaType::plain_text:
            break;
    }
    return "text/plain";
}

bool hidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

void collect_folder(const fs::path& folder, std::vector<fs::path>& files,
                    std::vector<RefusedFile>& refused) {
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
    files.insert(files.end(), found.begin(), found.end());
}

std::string bytes_of(const fs::path& path, std::uint64_t limit) {
    std::ifstream file;
    if (path != "-") {
        file.open(path, std::ios::binary);
        if (!file)
            throw PermanentError(std::string("cannot be opened: ") +
                                 std::generic_category().message(errno));
        if (const auto size = fs::file_size(path); size > limit)
            throw PermanentError("has " + std::to_string(size) +
                                 " bytes, more than ingest.maximum_page_bytes (" +
                                 std::to_string(limit) + ")");
    }
    std::istream& in = path == "-" ? std::cin : file;
    std::string bytes;
    std::array<char, 1 << 16> block{};
    while (in.read(block.data(), block.size()) || in.gcount() > 0) {
        bytes.append(block.data(), static_cast<std::size_t>(in.gcount()));
        if (bytes.size() > limit)
            throw PermanentError("has more bytes than ingest.maximum_page_bytes (" +
                                 std::to_string(limit) + ")");
    }
    return bytes;
}

std::string locator_of(const fs::path& path) {
    if (path == "-") return "stdin";
    return "file://" + fs::weakly_canonical(path).string();
}

/// A known page costs nothing, not even a line.
void tell(const store::IngestedPage& page, const std::string& locator) {
    if (!page.is_new) return;
    telemetry::log(
        telemetry::Level::info, "page taken in", {page.correlation_id, {}, {}, {}},
        {{"source_page_id", page.source_page_id}, {"version", page.version}, {"locator", locator}});
}

}  // namespace

std::vector<fs::path> page_files(const std::vector<std::string>& paths,
                                 std::vector<RefusedFile>& refused) {
    std::vector<fs::path> files;
    for (const auto& name : paths) {
        const fs::path path(name);
        std::error_code error;
        const auto status = fs::status(path, error);
        if (name == "-")
            files.push_back(path);
        else if (!fs::exists(status))
            refused.push_back({name, "no such file or folder"});
        else if (fs::is_directory(status))
            collect_folder(path, files, refused);
        else if (fs::is_regular_file(status))
            files.push_back(path);
        else
            refused.push_back({name, "is neither a file nor a folder"});
    }
    return files;
}

TakenIn take_in(store::Knowledge& knowledge, int tenant_id, const std::vector<std::string>& paths,
                const config::IngestSettings& settings,
                const std::function<void(std::size_t, std::size_t)>& on_file) {
    TakenIn taken;
    const auto files = page_files(paths, taken.refused);
    std::size_t done = 0;
    for (const auto& path : files) {
        try {
            store::NewPage page;
            page.tenant_id = tenant_id;
            page.raw = bytes_of(path, settings.maximum_page_bytes);
            auto read = text::read_page(path.filename().string(), page.raw);
            page.locator = locator_of(path);
            page.media_type = name_of(read.media_type);
            page.charset = std::move(read.charset);
            page.title = std::move(read.title);
            page.text = std::move(read.text);
            taken.bytes += page.raw.size();
            taken.pages.push_back(knowledge.ingest(page));
            tell(taken.pages.back(), page.locator);
            taken.new_pages += taken.pages.back().is_new ? 1 : 0;
        } catch (const PermanentError& error) {
            taken.refused.push_back({path.string(), error.what()});
        } catch (const fs::filesystem_error& error) {
            taken.refused.push_back({path.string(), error.code().message()});
        }
        if (on_file) on_file(++done, files.size());
    }
    return taken;
}

}  // namespace almagest::work
