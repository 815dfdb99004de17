#include "telemetry/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <system_error>

#include "error/error.h"

namespace almagest::telemetry {
namespace {

constexpr std::size_t kShortestSecret = 6;

std::shared_mutex log_mutex;
std::shared_ptr<LogFile> log_file;  // guarded by log_mutex, as is the next
std::set<std::string> secrets;      // as they stand in a JSON string
std::atomic<Level> least_level{Level::info};
std::atomic<bool> open{false};

std::shared_ptr<LogFile> current_file() {
    const std::shared_lock lock(log_mutex);
    return log_file;
}

std::string dumped(const nlohmann::ordered_json& document) {
    return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string without_secrets(std::string line) {
    const std::shared_lock lock(log_mutex);
    for (const auto& secret : secrets) {
        for (auto at = line.find(secret); at != std::string::npos; at = line.find(secret, at))
            line.replace(at, secret.size(), "***");
    }
    return line;
}

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "error";
}

void warn_once(const std::string& reason) {
    static std::atomic_flag warned;
    if (!warned.test_and_set()) {
        std::fprintf(stderr, "almagest: the log cannot be written: %s\n", reason.c_str());
    }
}

std::string json_line(Level level, std::string_view message, const Context& context,
                      const nlohmann::json& fields) {
    nlohmann::ordered_json line;
    line["timestamp"] = timestamp(std::chrono::system_clock::now());
    line["level"] = name_of(level);
    line["message"] = message;
    const auto add = [&line](const char* key, const std::string& value) {
        if (!value.empty()) line[key] = value;
    };
    add("correlation_id", context.correlation_id);
    add("job_id", context.job_id);
    add("run_id", context.run_id);
    add("worker_id", context.worker_id);
    if (fields.is_object()) {
        static const std::set<std::string> own = {
            "timestamp", "level", "message", "correlation_id", "job_id", "run_id", "worker_id"};
        for (const auto& [key, value] : fields.items()) {
            line[own.contains(key) ? key + "_" : key] = value;
        }
    } else if (!fields.is_null()) {
        line["fields"] = fields;
    }
    return without_secrets(dumped(line));
}

}  // namespace

Level level_from(std::string_view name) {
    for (const Level level : {Level::debug, Level::info, Level::warning, Level::error}) {
        if (name == name_of(level)) return level;
    }
    throw UsageError(
        fmt::format("\"{}\" is no log level; use debug, info, warning or error", name));
}

void open_log(const std::filesystem::path& folder, Level least, const LogLimits& limits) {
    std::shared_ptr<LogFile> fresh;
    try {
        fresh = std::make_shared<LogFile>(folder, program_invocation_short_name, limits);
    } catch (const std::exception& error) {
        warn_once(error.what());
    }
    least_level = least;
    open = fresh != nullptr;
    const std::unique_lock lock(log_mutex);
    log_file = std::move(fresh);
}

void never_log(const std::string& secret) {
    if (secret.size() < kShortestSecret) return;
    const auto quoted = dumped(secret);
    const std::unique_lock lock(log_mutex);
    secrets.insert(quoted.substr(1, quoted.size() - 2));
}

void log(Level level, std::string_view message, const Context& context,
         const nlohmann::json& fields) {
    if (!open || level < least_level) return;
    try {
        const std::string line = json_line(level, message, context, fields);
        if (const auto to = current_file()) to->append(line);
    } catch (const std::exception& error) {
        warn_once(error.what());
    } catch (...) {
        warn_once("unknown error");
    }
}

std::string new_uuid() {
    std::array<std::uint8_t, 16> bytes{};
    if (getentropy(bytes.data(), bytes.size()) != 0) {
        throw std::system_error(errno, std::generic_category(), "no random numbers");
    }
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
    std::string uuid;
    uuid.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
        fmt::format_to(std::back_inserter(uuid), "{:02x}", bytes[i]);
    }
    return uuid;
}

std::string timestamp(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time) - seconds;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       milliseconds.count());
}

}  // namespace almagest::telemetry
