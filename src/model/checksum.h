#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace almagest::model {

/// Checksums of files that were hashed before, by path, size and time of change, so that a large
/// file is not read again at each start. Kept as JSON in one file; safe between processes.
class KnownChecksums {
  public:
    explicit KnownChecksums(std::filesystem::path store) : store_(std::move(store)) {}
    /// The file's checksum; hashes it only when it is new or has changed.
    [[nodiscard]] std::string of(const std::filesystem::path& file);

  private:
    std::filesystem::path store_;
};

}  // namespace almagest::model
