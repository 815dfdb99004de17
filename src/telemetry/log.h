#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "telemetry/log_file.h"

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
/// run_id, worker_id, duration_ms, …} in `folder`/<program>.jsonl, which all processes of the
/// program share (log_file.h). Makes the folder. Until then, and where it cannot be written, lines
/// are dropped (for the latter a warning goes to standard error once). A second call takes the
/// place of the first.
void open_log(const std::filesystem::path& folder, Level least, const LogLimits& limits = {});

/// From now on no line shows this key or password: *** stands in its place. One of fewer than six
/// characters cannot be told from ordinary text and stays. Thread-safe.
void never_log(const std::string& secret);

/// Writes one line. `fields` is an object of further members; one named like a member above gets
/// "_" behind its name. Bytes that are not UTF-8 are replaced. Thread-safe; never throws.
void log(Level level, std::string_view message, const Context& context = {},
         const nlohmann::json& fields = nlohmann::json::object());

/// A random UUID (version 4), lower case. Thread-safe.
[[nodiscard]] std::string new_uuid();

/// RFC 3339 in UTC with milliseconds: 2024-02-29T23:59:59.999Z.
[[nodiscard]] std::string timestamp(std::chrono::system_clock::time_point time);

}  // namespace almagest::telemetry
