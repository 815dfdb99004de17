#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace almagest::model {

/// The folder <home>/model-server, through which programs and the supervisor of the one server
/// know of one another.
struct ServerFiles {
    std::filesystem::path folder;

    /// Held shared by each program that uses the server; the supervisor ends when nobody holds it.
    [[nodiscard]] std::filesystem::path users_lock() const { return folder / "users.lock"; }
    /// Held while somebody starts or stops the supervisor.
    [[nodiscard]] std::filesystem::path start_lock() const { return folder / "start.lock"; }
    /// Held by the supervisor as long as it lives, from before it is started.
    [[nodiscard]] std::filesystem::path supervisor_lock() const {
        return folder / "supervisor.lock";
    }
    [[nodiscard]] std::filesystem::path launch() const { return folder / "launch.json"; }
    [[nodiscard]] std::filesystem::path state() const { return folder / "state.json"; }
    [[nodiscard]] std::filesystem::path api_key() const { return folder / "api.key"; }
    /// A folder where the server saves what its slots hold, for one another.
    [[nodiscard]] std::filesystem::path slots() const { return folder / "slots"; }
    [[nodiscard]] std::filesystem::path log() const { return folder / "server.log"; }
};

/// What the supervisor is to run; written by the program that starts it.
struct ServerLaunch {
    std::string id;                    ///< of this start
    std::vector<std::string> command;  ///< the server and what stands before its flags
    std::filesystem::path model;
    std::string model_name;
    std::string model_sha256;
    unsigned slots = 4;
    unsigned threads = 1;
    std::size_t context = 16'384;  ///< tokens, shared by the slots
    std::filesystem::path socket;
    std::chrono::milliseconds start_timeout{120'000};
    std::chrono::milliseconds linger{0};

    /// What makes it another server than a running one, in words; "" when it is the same.
    [[nodiscard]] std::string difference_to(const ServerLaunch& running) const;
};

enum class ServerPhase { starting, ready, restarting, failed, stopped };

/// What the supervisor says about itself and its server.
struct ServerState {
    std::string launch_id;
    ServerPhase phase = ServerPhase::starting;
    std::int64_t pid = 0;  ///< of the server; 0 when none runs
    std::int64_t supervisor_pid = 0;
    std::string endpoint;  ///< unix:<path>
    std::string model;
    std::string model_sha256;
    unsigned slots = 0;
    std::size_t context = 0;
    unsigned restarts = 0;
    std::string started_at;
    std::string error;  ///< one sentence, when failed
};

[[nodiscard]] std::string phase_name(ServerPhase phase);

void write_launch(const ServerFiles& files, const ServerLaunch& launch);
[[nodiscard]] std::optional<ServerLaunch> read_launch(const ServerFiles& files);
void write_state(const ServerFiles& files, const ServerState& state);
[[nodiscard]] std::optional<ServerState> read_state(const ServerFiles& files);

/// The log's last lines, for a sentence about a failure.
[[nodiscard]] std::string end_of_log(const ServerFiles& files);

}  // namespace almagest::model
