#include "model/local_server.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "error/error.h"
#include "model/child_process.h"
#include "model/private_file.h"
#include "model/server_program.h"
#include "telemetry/log.h"

namespace almagest::model {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto socket_name = "server.sock";
constexpr milliseconds poll_interval{20};
constexpr milliseconds stop_limit{20'000};
constexpr int starts_before_giving_up = 3;
constexpr std::uintmax_t log_bytes_kept = 4U << 20U;

unsigned cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) == 0) {
        return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
    }
    return std::max(1U, std::thread::hardware_concurrency());
}

ServerFiles files_in(const config::Places& places) {
    make_private_folder(places.server());
    return ServerFiles{std::filesystem::absolute(places.server())};
}

ServerLaunch launch_for(const config::LlmSettings& settings, const config::Places& places,
                        const ModelFile& model) {
    ServerLaunch launch;
    launch.command = find_server_program(settings, places);
    launch.model = model.path;
    launch.model_name = model.name;
    launch.model_sha256 = model.sha256;
    launch.slots = settings.server_slots;
    launch.threads = settings.server_threads == 0 ? cores() : settings.server_threads;
    launch.context = settings.server_context;
    launch.start_timeout = settings.server_start_timeout;
    launch.linger = settings.server_linger;
    const auto folder =
        config::socket_folder(places.home, "llm", std::string_view(socket_name).size());
    make_private_folder(folder);
    launch.socket = folder / socket_name;
    return launch;
}

std::string random_key() {
    std::array<unsigned char, 32> bytes{};
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const auto count = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
        if (count < 0 && errno != EINTR) {
            throw PermanentError("the system gives no random bytes for the model server's key");
        }
        filled += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    std::string key;
    for (const auto byte : bytes) {
        key += fmt::format("{:02x}", byte);
    }
    return key;
}

/// Whether no supervisor lives; takes its lock for a moment.
bool is_free(system::FileLock& supervisor_lock) {
    if (!supervisor_lock.try_lock(system::FileLock::Kind::exclusive)) {
        return false;
    }
    supervisor_lock.unlock();
    return true;
}

/// Asks the supervisor of this start to end and waits until it has. The caller holds start.lock.
void end_supervisor(const ServerFiles& files, system::FileLock& supervisor_lock) {
    const auto deadline = Clock::now() + stop_limit;
    bool asked = false;
    while (!is_free(supervisor_lock)) {
        const auto launch = read_launch(files);
        const auto state = read_state(files);
        // A state of an earlier start names a process that may be anybody by now.
        if (!asked && launch && state && state->launch_id == launch->id) {
            asked = ::kill(static_cast<pid_t>(state->supervisor_pid), SIGTERM) == 0;
        }
        if (Clock::now() > deadline) {
            throw TransientError(
                fmt::format("the model server does not end; see {}", files.log().string()));
        }
        std::this_thread::sleep_for(poll_interval);
    }
}

/// Leaves users.lock held exclusively when true. The supervisor's own glances at the lock, and
/// others let in while its kind changes, last a moment only, so one refusal says nothing.
bool nobody_else_uses(system::FileLock& users) {
    for (int glance = 0; glance < 5; ++glance) {
        if (users.try_lock(system::FileLock::Kind::exclusive)) {
            return true;
        }
        std::this_thread::sleep_for(poll_interval);
    }
    return false;
}

void keep_log_short(const ServerFiles& files) {
    std::error_code failure;
    if (std::filesystem::file_size(files.log(), failure) > log_bytes_kept && !failure) {
        std::filesystem::rename(files.log(), files.log().string() + ".1", failure);
    }
}

}  // namespace

LocalServer::LocalServer(const config::LlmSettings& settings, const config::Places& places,
                         const ModelFile& model, SupervisorCommand supervisor)
    : files_(files_in(places)),
      launch_(launch_for(settings, places, model)),
      supervisor_(std::move(supervisor)),
      users_(files_.users_lock()) {
    for (int start = 0; start < starts_before_giving_up; ++start) {
        const auto launch_id = join_or_start();
        if (wait_until_ready(launch_id) == Wait::ready) {
            api_key_ = read_secret(files_.api_key());
            return;
        }
    }
    throw TransientError(fmt::format(
        "the model server ended again and again while it started; see {}", files_.log().string()));
}

std::string LocalServer::join_or_start() {
    const std::lock_guard guard(mutex_);
    system::FileLock start(files_.start_lock());
    start.lock(system::FileLock::Kind::exclusive);
    system::FileLock supervisor_lock(files_.supervisor_lock());
    // Waits while a supervisor that nobody uses is on its way out.
    users_.lock(system::FileLock::Kind::shared);
    if (!supervisor_lock.try_lock(system::FileLock::Kind::exclusive)) {
        const auto running = read_launch(files_);
        const auto difference = running ? launch_.difference_to(*running) : "";
        if (running && difference.empty()) {
            return running->id;
        }
        const bool alone = nobody_else_uses(users_);
        if (!alone) {
            users_.unlock();
            throw UsageError(
                fmt::format("the model server is in use by another program, and this one asks for "
                            "{}; wait until "
                            "that is done or give both the same settings under llm",
                            difference));
        }
        end_supervisor(files_, supervisor_lock);
        if (!supervisor_lock.try_lock(system::FileLock::Kind::exclusive)) {
            throw TransientError(
                "the model server was started by somebody else at the same moment; try again");
        }
        users_.lock(system::FileLock::Kind::shared);
    }
    spawn(supervisor_lock);
    return launch_.id;
}

/// The lock goes over to the supervisor, so no moment is left in which a second one could start.
void LocalServer::spawn(const system::FileLock& supervisor_lock) {
    if (read_if_there(files_.api_key()).empty()) {
        write_atomically(files_.api_key(), random_key() + "\n");
    }
    keep_log_short(files_);
    launch_.id = telemetry::new_uuid();
    write_launch(files_, launch_);
    ChildProgram program;
    std::error_code failure;
    auto path = std::filesystem::read_symlink(supervisor_.program, failure);
    if (failure || !std::filesystem::exists(path, failure)) {
        path = supervisor_.program;
    }
    program.command.push_back(path.string());
    program.command.insert(program.command.end(), supervisor_.arguments.begin(),
                           supervisor_.arguments.end());
    program.command.push_back(files_.folder.string());
    program.output = files_.log();
    program.kept_descriptor = supervisor_lock.descriptor();
    start_detached(program);
}

LocalServer::Wait LocalServer::wait_until_ready(const std::string& launch_id) {
    system::FileLock supervisor_lock(files_.supervisor_lock());
    const auto deadline = Clock::now() + launch_.start_timeout + stop_limit;
    while (Clock::now() < deadline) {
        // First whether it lives: what it said last is then really the last.
        const bool ended = is_free(supervisor_lock);
        const auto state = read_state(files_);
        if (state && state->launch_id == launch_id) {
            if (state->phase == ServerPhase::failed) {
                throw TransientError(state->error);
            }
            if (state->phase == ServerPhase::ready && !ended) {
                return Wait::ready;
            }
        }
        if (ended) {
            if (!state || state->launch_id != launch_id) {
                throw TransientError(
                    fmt::format("the model server's supervisor did not come up; the end of {}:\n{}",
                                files_.log().string(), end_of_log(files_)));
            }
            return Wait::again;
        }
        std::this_thread::sleep_for(poll_interval);
    }
    throw TransientError(
        fmt::format("the model server did not answer within {} s (llm.server.start_timeout_ms); "
                    "the end of {}:\n{}",
                    std::chrono::duration_cast<std::chrono::seconds>(launch_.start_timeout).count(),
                    files_.log().string(), end_of_log(files_)));
}

std::optional<std::string> LocalServer::revive() {
    const std::lock_guard guard(mutex_);
    system::FileLock start(files_.start_lock());
    if (!start.try_lock(system::FileLock::Kind::exclusive)) {
        return std::nullopt;
    }
    system::FileLock supervisor_lock(files_.supervisor_lock());
    if (!supervisor_lock.try_lock(system::FileLock::Kind::exclusive)) {
        return std::nullopt;
    }
    if (const auto state = read_state(files_); state && state->phase == ServerPhase::failed) {
        return state->error;
    }
    spawn(supervisor_lock);
    return std::nullopt;
}

ModelStatus model_status(const config::Places& places) {
    ModelStatus status;
    const ServerFiles files{places.server()};
    status.log = files.log();
    std::error_code failure;
    if (!std::filesystem::exists(files.supervisor_lock(), failure)) {
        return status;
    }
    system::FileLock start(files.start_lock());
    start.lock(system::FileLock::Kind::exclusive);
    system::FileLock supervisor_lock(files.supervisor_lock());
    status.running = !is_free(supervisor_lock);
    system::FileLock users(files.users_lock());
    status.in_use = status.running && !nobody_else_uses(users);
    status.state = read_state(files);
    return status;
}

bool stop_server(const config::Places& places) {
    const ServerFiles files{places.server()};
    std::error_code failure;
    if (!std::filesystem::exists(files.supervisor_lock(), failure)) {
        return false;
    }
    system::FileLock start(files.start_lock());
    start.lock(system::FileLock::Kind::exclusive);
    system::FileLock supervisor_lock(files.supervisor_lock());
    if (is_free(supervisor_lock)) {
        return false;
    }
    system::FileLock users(files.users_lock());
    if (!nobody_else_uses(users)) {
        throw UsageError(
            "the model server is in use by a program that runs; stop that first, and the server "
            "ends by itself");
    }
    end_supervisor(files, supervisor_lock);
    return true;
}

}  // namespace almagest::model
