#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "system/descriptor.h"
#include "system/sha256.h"

namespace almagest::transfer {

/// A file of a manifest.
struct WrittenFile {
    std::string name;  ///< within its folder
    std::uint64_t bytes = 0;
    std::string sha256;
};

/// A file on its way to the disk, with its checksum. One thread.
class NewFile {
  public:
    /// Throws PermanentError when it cannot be made.
    NewFile(const std::filesystem::path& folder, std::string name);
    /// Throws PermanentError when the disk refuses.
    void add(std::string_view bytes);
    /// `now`: all of it is on the disk after that; `later`: sync_file_system sees to it.
    enum class Sync { now, later };
    [[nodiscard]] WrittenFile close(Sync sync = Sync::now);

  private:
    void write_out();

    std::filesystem::path path_;
    std::string name_;
    system::Descriptor descriptor_;
    std::string waiting_;
    std::uint64_t bytes_ = 0;
    system::Sha256 hash_;
};

/// A folder that appears whole or not at all: filled beside its place under another name, then
/// renamed. Without `publish` nothing is left of it. One thread.
class NewFolder {
  public:
    /// `final` may be missing or empty; a folder that is not is refused (UsageError) unless
    /// `replace` is given and it holds a manifest of `kind`, so that nothing else is ever thrown
    /// away. Throws PermanentError when no folder can be made there.
    NewFolder(const std::filesystem::path& final, std::string kind, bool replace);
    ~NewFolder();
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;

    /// Where to write.
    [[nodiscard]] const std::filesystem::path& path() const { return partial_; }
    /// Writes `manifest` with its kind, syncs, and gives the folder its name.
    void publish(nlohmann::ordered_json manifest);

  private:
    std::filesystem::path final_;
    std::filesystem::path partial_;
    std::string kind_;
};

/// What was written there is on the disk after that. Throws PermanentError when the disk refuses.
void sync_file_system(const std::filesystem::path& folder);

/// `to` becomes what `from` is, in one step; `from` becomes what `to` was, or is gone. Throws
/// PermanentError.
void exchange_folders(const std::filesystem::path& from, const std::filesystem::path& to);

/// The manifest of a folder; null when there is none, or it is not of `kind`.
[[nodiscard]] nlohmann::json manifest_of(const std::filesystem::path& folder,
                                         std::string_view kind);

/// {"name", "bytes", "sha256"}
[[nodiscard]] nlohmann::ordered_json described(const WrittenFile& file);

}  // namespace almagest::transfer
