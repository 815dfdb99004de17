#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace almagest::store {

/// An installed PostgreSQL server.
struct PostgresPrograms {
    std::filesystem::path folder;  ///< of initdb, pg_ctl and postgres
    int major = 0;                 ///< version, such as 15
};

/// The oldest version that the schema is written for.
constexpr int oldest_postgres = 15;

/// Finds it in `bin_folder`, or, when that is empty, in Debian's places and on PATH: version
/// `major` if it is asked for, else the newest. Throws UsageError when there is none, or none that
/// fits.
[[nodiscard]] PostgresPrograms find_postgres(const std::string& bin_folder,
                                             std::optional<int> major);

}  // namespace almagest::store
