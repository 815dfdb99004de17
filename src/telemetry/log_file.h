#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include "system/descriptor.h"
#include "system/file_lock.h"

namespace almagest::telemetry {

/// How much of a log is kept: at most `files` files, the current one among them, of about `bytes`.
struct LogLimits {
    std::uint64_t bytes = 16ULL * 1024 * 1024;
    unsigned files = 8;  ///< at least 2
};

/// A log that any number of processes append to at once: <folder>/<name>.jsonl, then the older
/// <name>.1.jsonl, <name>.2.jsonl, … One file for all, so that one `tail -F` shows everything in
/// order, and a command that says three lines leaves no file of its own behind.
///
/// Each line is one write at the end of the file, so lines never mix. Whoever finds the file full
/// renames the files along, holding a lock on <folder>/.<name>.lock; the others notice the new file
/// before their next line. A line that is written meanwhile lands in the renamed file, so none is
/// lost before its file is the oldest. Nobody waits for the lock: where another holds it, be it
/// stopped in the middle, lines go on into the file that is there. Thread-safe.
class LogFile {
  public:
    /// Makes the folder and opens the file. Throws std::system_error, UsageError (the lock's file
    /// cannot be made), std::invalid_argument (limits).
    LogFile(std::filesystem::path folder, std::string name, LogLimits limits);

    /// Writes `line`, which must have no line end, and a line end. Throws std::system_error.
    void append(std::string_view line);

  private:
    [[nodiscard]] std::filesystem::path file(unsigned age) const;
    void open_current();
    void make_room(std::size_t coming);
    void rename_along() const;

    std::filesystem::path folder_;
    std::string name_;
    LogLimits limits_;
    std::mutex mutex_;
    system::FileLock rotation_;
    system::Descriptor current_;
    bool is_torn_ = false;  // the last line is there in part: the disk was full
};

}  // namespace almagest::telemetry
