#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "model/model_file.h"
#include "model/server_files.h"
#include "system/file_lock.h"

namespace almagest::model {

/// The command that runs supervise_server() with the server's folder as its last argument. The
/// default is this very program, as `almagest model supervise <folder>`.
struct SupervisorCommand {
    std::filesystem::path program = "/proc/self/exe";
    std::vector<std::string> arguments = {"model", "supervise"};
};

/// A program's use of the home's one llama.cpp server, from construction to destruction (or the
/// process's end, however it ends). Thread-safe.
class LocalServer {
  public:
    /// Starts the server where none runs and waits until it answers; a running one of the same
    /// model, slots, context and threads is shared; an unused one of others is replaced. Throws
    /// UsageError (no server program, another server in use), TransientError (does not come up).
    LocalServer(const config::LlmSettings& settings, const config::Places& places,
                const ModelFile& model, SupervisorCommand supervisor);

    [[nodiscard]] const std::filesystem::path& socket() const { return launch_.socket; }
    [[nodiscard]] const std::string& api_key() const { return api_key_; }
    [[nodiscard]] const ServerFiles& files() const { return files_; }

    /// Starts a supervisor again if it has died; waits for nothing. One that gave up is left alone:
    /// returns what it said.
    [[nodiscard]] std::optional<std::string> revive();

  private:
    enum class Wait { ready, again };

    [[nodiscard]] std::string join_or_start();
    void spawn(const system::FileLock& supervisor_lock);
    [[nodiscard]] Wait wait_until_ready(const std::string& launch_id);

    ServerFiles files_;
    ServerLaunch launch_;
    SupervisorCommand supervisor_;
    std::mutex mutex_;  // users_ and the locks taken for a start
    system::FileLock users_;
    std::string api_key_;
};

struct ModelStatus {
    bool running = false;
    bool in_use = false;               ///< by a program that runs now
    std::optional<ServerState> state;  ///< the last that a supervisor said, also of one that ended
    std::filesystem::path log;
};
/// What `almagest model status` shows.
[[nodiscard]] ModelStatus model_status(const config::Places& places);

/// Stops the server, which `almagest model stop` does; false when none ran. Throws UsageError when
/// a program is using it, TransientError when it does not end.
bool stop_server(const config::Places& places);

}  // namespace almagest::model
