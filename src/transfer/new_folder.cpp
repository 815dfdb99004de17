#include "transfer/new_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

#include "error/error.h"

namespace almagest::transfer {
namespace fs = std::filesystem;
namespace {

constexpr const char* manifest_name = "manifest.json";
constexpr std::size_t block = 1UL << 20U;

[[noreturn]] void refuse(const fs::path& path, int number) {
    throw PermanentError(fmt::format("{} cannot be written: {}", path.string(),
                                     std::generic_category().message(number)));
}

void sync_folder(const fs::path& folder) {
    const system::Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!open || ::fsync(open.get()) != 0) refuse(folder, errno);
}

/// Absolute and without a slash at the end, so that it has a parent and a name.
fs::path named(const fs::path& path) {
    auto whole = fs::absolute(path).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace

NewFile::NewFile(const fs::path& folder, std::string name)
    : path_(folder / name), name_(std::move(name)) {
    descriptor_ =
        system::Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!descriptor_) refuse(path_, errno);
}

void NewFile::add(std::string_view bytes) {
    waiting_ += bytes;
    if (waiting_.size() >= block) write_out();
}

void NewFile::write_out() {
    hash_.add(waiting_);
    std::string_view rest = waiting_;
    while (!rest.empty()) {
        const auto now = ::write(descriptor_.get(), rest.data(), rest.size());
        if (now < 0 && errno != EINTR) refuse(path_, errno);
        if (now > 0) rest.remove_prefix(static_cast<std::size_t>(now));
    }
    bytes_ += waiting_.size();
    waiting_.clear();
}

WrittenFile NewFile::close(Sync sync) {
    write_out();
    if (sync == Sync::now && ::fsync(descriptor_.get()) != 0) refuse(path_, errno);
    descriptor_.reset();
    return {name_, bytes_, hash_.hexadecimal()};
}

NewFolder::NewFolder(const fs::path& final, std::string kind, bool replace)
    : final_(named(final)), kind_(std::move(kind)) {
    std::error_code problem;
    if (fs::exists(fs::symlink_status(final_, problem))) {
        if (!fs::is_directory(final_, problem))
            throw UsageError(fmt::format("{} is not a folder; name another", final_.string()));
        const bool empty = fs::is_empty(final_, problem);
        if (problem) refuse(final_, problem.value());
        if (!empty && !replace)
            throw UsageError(
                fmt::format("{} is not empty; name another folder, or say --force to replace "
                            "an earlier {}",
                            final_.string(), kind_));
        if (!empty && manifest_of(final_, kind_).is_null())
            throw UsageError(
                fmt::format("{} is not empty and holds no {} of Almagest; --force replaces "
                            "nothing else, so name another folder",
                            final_.string(), kind_));
    }
    fs::create_directories(final_.parent_path(), problem);
    if (problem) refuse(final_.parent_path(), problem.value());
    auto name = final_.string() + ".partial-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) refuse(final_, errno);
    partial_ = name;
}

NewFolder::~NewFolder() {
    std::error_code ignored;
    if (!partial_.empty()) fs::remove_all(partial_, ignored);
}

void NewFolder::publish(nlohmann::ordered_json manifest) {
    manifest["almagest"] = kind_;
    NewFile file(partial_, manifest_name);
    file.add(manifest.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    (void)file.close();
    sync_file_system(partial_);
    // What was there is taken away only after the new one stands in its place.
    exchange_folders(partial_, final_);
}

void sync_file_system(const fs::path& folder) {
    const system::Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!open || ::syncfs(open.get()) != 0) refuse(folder, errno);
}

void exchange_folders(const fs::path& from, const fs::path& to) {
    const auto rename = [&](unsigned how) {
        return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), how) == 0;
    };
    if (!rename(RENAME_NOREPLACE) && (errno != EEXIST || !rename(RENAME_EXCHANGE)))
        refuse(to, errno);
    sync_folder(to.parent_path());
}

nlohmann::json manifest_of(const fs::path& folder, std::string_view kind) {
    std::ifstream in(folder / manifest_name);
    auto manifest = nlohmann::json::parse(in, nullptr, false);
    const bool ours = manifest.is_object() && manifest.value("almagest", nlohmann::json()) == kind;
    return ours ? manifest : nlohmann::json();
}

nlohmann::ordered_json described(const WrittenFile& file) {
    return {{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}};
}

}  // namespace almagest::transfer
