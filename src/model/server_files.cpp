#include "model/server_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "model/private_file.h"

namespace almagest::model {
namespace {

using nlohmann::json;

constexpr std::array phase_names{"starting", "ready", "restarting", "failed", "stopped"};
constexpr std::streamoff log_end_bytes = 1200;

ServerPhase phase_from(const std::string& name) {
    const auto* found = std::find(phase_names.begin(), phase_names.end(), name);
    return found == phase_names.end() ? ServerPhase::failed
                                      : static_cast<ServerPhase>(found - phase_names.begin());
}

}  // namespace

std::string phase_name(ServerPhase phase) {
    return phase_names.at(static_cast<std::size_t>(phase));
}

std::string ServerLaunch::difference_to(const ServerLaunch& running) const {
    if (model_sha256 != running.model_sha256) {
        return fmt::format("the model {} instead of {}", model_name, running.model_name);
    }
    if (slots != running.slots) {
        return fmt::format("{} slots instead of {}", slots, running.slots);
    }
    if (context != running.context) {
        return fmt::format("a context of {} tokens instead of {}", context, running.context);
    }
    if (threads != running.threads) {
        return fmt::format("{} threads instead of {}", threads, running.threads);
    }
    if (command != running.command) {
        return fmt::format("the server {} instead of {}", command.back(), running.command.back());
    }
    return {};
}

void write_launch(const ServerFiles& files, const ServerLaunch& launch) {
    const json content = {{"id", launch.id},
                          {"command", launch.command},
                          {"model", launch.model.string()},
                          {"model_name", launch.model_name},
                          {"model_sha256", launch.model_sha256},
                          {"slots", launch.slots},
                          {"threads", launch.threads},
                          {"context", launch.context},
                          {"socket", launch.socket.string()},
                          {"start_timeout_ms", launch.start_timeout.count()},
                          {"linger_ms", launch.linger.count()}};
    write_atomically(files.launch(), content.dump(1) + "\n");
}

std::optional<ServerLaunch> read_launch(const ServerFiles& files) {
    const auto content = json::parse(read_if_there(files.launch()), nullptr, false);
    try {
        ServerLaunch launch;
        launch.id = content.at("id").get<std::string>();
        launch.command = content.at("command").get<std::vector<std::string>>();
        launch.model = content.at("model").get<std::string>();
        launch.model_name = content.at("model_name").get<std::string>();
        launch.model_sha256 = content.at("model_sha256").get<std::string>();
        launch.slots = content.at("slots").get<unsigned>();
        launch.threads = content.at("threads").get<unsigned>();
        launch.context = content.at("context").get<std::size_t>();
        launch.socket = content.at("socket").get<std::string>();
        launch.start_timeout =
            std::chrono::milliseconds(content.at("start_timeout_ms").get<long long>());
        launch.linger = std::chrono::milliseconds(content.at("linger_ms").get<long long>());
        return launch.command.empty() ? std::nullopt : std::optional(launch);
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

void write_state(const ServerFiles& files, const ServerState& state) {
    const json content = {{"launch_id", state.launch_id},
                          {"phase", phase_name(state.phase)},
                          {"pid", state.pid},
                          {"supervisor_pid", state.supervisor_pid},
                          {"endpoint", state.endpoint},
                          {"model", state.model},
                          {"model_sha256", state.model_sha256},
                          {"slots", state.slots},
                          {"context", state.context},
                          {"restarts", state.restarts},
                          {"started_at", state.started_at},
                          {"error", state.error}};
    write_atomically(files.state(),
                     content.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

std::optional<ServerState> read_state(const ServerFiles& files) {
    const auto content = json::parse(read_if_there(files.state()), nullptr, false);
    try {
        ServerState state;
        state.launch_id = content.at("launch_id").get<std::string>();
        state.phase = phase_from(content.at("phase").get<std::string>());
        state.pid = content.at("pid").get<std::int64_t>();
        state.supervisor_pid = content.at("supervisor_pid").get<std::int64_t>();
        state.endpoint = content.at("endpoint").get<std::string>();
        state.model = content.at("model").get<std::string>();
        state.model_sha256 = content.at("model_sha256").get<std::string>();
        state.slots = content.at("slots").get<unsigned>();
        state.context = content.at("context").get<std::size_t>();
        state.restarts = content.at("restarts").get<unsigned>();
        state.started_at = content.at("started_at").get<std::string>();
        state.error = content.at("error").get<std::string>();
        return state;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

std::string end_of_log(const ServerFiles& files) {
    std::ifstream in(files.log(), std::ios::binary | std::ios::ate);
    const auto size = static_cast<std::streamoff>(in.tellg());
    if (!in || size <= 0) {
        return "its log is empty";
    }
    in.seekg(std::max<std::streamoff>(0, size - log_end_bytes));
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (size > log_end_bytes) {
        text.erase(0, text.find('\n') + 1);
    }
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

}  // namespace almagest::model
