#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "config/settings.h"

namespace almagest::store {

/// What a database holds: what would be lost with it.
struct Holdings {
    std::int64_t pages = 0;
    std::int64_t entities = 0;
    std::int64_t runs = 0;
    std::int64_t jobs = 0;
    [[nodiscard]] bool nothing() const { return pages + entities + runs + jobs == 0; }
};

/// Whole databases, written to files and read back by PostgreSQL's own programs. One thread. All
/// throw UsageError (programs missing, rights missing, others connected), TransientError,
/// PermanentError, and Stopped when `stop` is requested.
class DatabaseCopy {
  public:
    /// `conninfo`: of the database, which restore() may find missing.
    DatabaseCopy(std::string conninfo, const config::ClusterSettings& settings,
                 std::stop_token stop);

    /// Writes it, as it is at one moment, as pg_dump's compressed archive.
    void dump(const std::filesystem::path& file) const;
    [[nodiscard]] Holdings holdings() const;

    /// Reads an archive into a database of its own, lets `prepare` see to it (its conninfo), and
    /// gives it this one's name in one step: whatever fails or stops before, this one stays as it
    /// is. The old one is dropped then.
    void restore(const std::filesystem::path& file,
                 const std::function<void(const std::string& conninfo)>& prepare) const;

  private:
    void run(const std::string& program, std::vector<std::string> arguments,
             const std::string& database) const;

    std::string conninfo_;
    std::filesystem::path programs_;
    std::stop_token stop_;
};

}  // namespace almagest::store
