#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace almagest::telemetry {

enum class Level { debug, info, warning, error };
[[nodiscard]] Level level_from(std::string_view name);  ///< throws UsageError

/// What a log line is about; empty members are left out of the line.
struct Context {
    std::string correlation_id;
    std::string job_id;
    std::string run_id;
    std::string worker_id;
};

/// Opens the process's one log: JSON lines {timestamp, level, message, correlation_id, job_id,
/// run_id, worker_id, duration_ms, …} in `folder`/<program>.jsonl, rotated at 16 MB, 8 files kept.
/// Until then, and where the folder cannot be written, lines are dropped (a warning goes to
/// standard error once). Call once, before threads start.
void open_log(const std::filesystem::path& folder, Level least);

/// Writes one line. `fields` is an object of further members. Thread-safe; never throws.
void log(Level level, std::string_view message, const Context& context = {},
         const nlohmann::json& fields = nlohmann::json::object());

/// Flushes to disk.
void flush_log();

/// A random UUID (version 4), lower case. Thread-safe.
[[nodiscard]] std::string new_uuid();

/// RFC 3339 in UTC with milliseconds.
[[nodiscard]] std::string timestamp(std::chrono::system_clock::time_point time);

}  // namespace almagest::telemetry
