#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "config/settings.h"
#include "store/database_copy.h"

namespace almagest::transfer {

/// What a backup is of, or goes to.
struct BackupPlaces {
    std::string conninfo;
    config::ClusterSettings cluster;
    std::filesystem::path lake;
    std::filesystem::path share;  ///< holds database/
};

/// Writes the database and the lake into a folder that appears whole or not at all; returns its
/// manifest: made_at, lake (where it lay), files with bytes and SHA-256. Artifacts are those of
/// every run in the database, for the lake is read after it. Throws as NewFolder and DatabaseCopy.
[[nodiscard]] nlohmann::ordered_json back_up(const BackupPlaces& from,
                                             const std::filesystem::path& folder, bool replace,
                                             const std::stop_token& stop);

struct Restored {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::string made_at;
};

/// A backup, checked before it is used. One thread.
class Backup {
  public:
    /// Reads every file and compares it with the manifest. Throws UsageError when there is no
    /// backup there, PermanentError naming the first file that is missing or changed, Stopped.
    Backup(std::filesystem::path folder, std::stop_token stop);

    /// Puts database and lake in place of those there; the database is migrated to this
    /// program's version. Nothing there changes before all is read and prepared. Throws as
    /// DatabaseCopy::restore and migrate().
    [[nodiscard]] Restored restore(const BackupPlaces& to) const;

  private:
    std::filesystem::path folder_;
    std::stop_token stop_;
    nlohmann::json manifest_;
};

}  // namespace almagest::transfer
