#include "model/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <optional>

#include "error/error.h"
#include "model/child_process.h"
#include "model/http.h"
#include "model/private_file.h"
#include "model/server_files.h"
#include "system/file_lock.h"
#include "telemetry/log.h"

namespace almagest::model {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds tick_while_starting{50};
constexpr milliseconds tick{200};
constexpr milliseconds health_interval{2'000};
constexpr milliseconds health_patience{60'000};
constexpr milliseconds stop_patience{5'000};
constexpr milliseconds first_backoff{200};
constexpr milliseconds longest_backoff{10'000};
constexpr milliseconds calm_after{60'000};
constexpr unsigned failures_before_giving_up = 5;

void say(const std::string& line) {
    std::fprintf(stderr, "supervisor: %s\n", line.c_str());
}

constexpr int lock_descriptor = 3;

/// Whether the supervisor's lock came along, so that nobody else can be the supervisor.
bool holds_the_lock(const ServerFiles& files) {
    struct stat given {};
    struct stat wanted {};
    if (::fstat(lock_descriptor, &given) != 0 ||
        ::stat(files.supervisor_lock().c_str(), &wanted) != 0 || given.st_dev != wanted.st_dev ||
        given.st_ino != wanted.st_ino) {
        return false;
    }
    ::fcntl(lock_descriptor, F_SETFD, FD_CLOEXEC);
    return true;
}

std::string exit_in_words(int status) {
    if (WIFSIGNALED(status)) {
        return fmt::format("was ended by signal {}", WTERMSIG(status));
    }
    return fmt::format("ended with status {}", WEXITSTATUS(status));
}

std::vector<std::string> full_command(const ServerLaunch& launch, const ServerFiles& files) {
    auto command = launch.command;
    for (const auto& argument :
         {std::string("--model"), launch.model.string(), std::string("--alias"), launch.model_name,
          std::string("--host"), launch.socket.string(), std::string("--parallel"),
          std::to_string(launch.slots), std::string("--ctx-size"), std::to_string(launch.context),
          std::string("--threads"), std::to_string(launch.threads), std::string("--api-key-file"),
          files.api_key().string(), std::string("--slot-save-path"), files.slots().string()}) {
        command.push_back(argument);
    }
    return command;
}

class Supervisor {
  public:
    explicit Supervisor(ServerFiles files)
        : files_(std::move(files)), users_(files_.users_lock()) {}

    int run();

  private:
    void block_signals();
    [[nodiscard]] bool asked_to_end(milliseconds wait);
    [[nodiscard]] bool unused_for_long();
    void start_server();
    void stop_server();
    [[nodiscard]] bool server_ended(int& status);
    [[nodiscard]] bool healthy();
    [[nodiscard]] bool watch_health();
    [[nodiscard]] bool handle_crash(int status);
    void enter(ServerPhase phase, const std::string& error = {});

    ServerFiles files_;
    system::FileLock users_;
    ServerLaunch launch_;
    ServerState state_;
    HttpClient http_;
    sigset_t signals_{};
    Clock::time_point server_started_;
    Clock::time_point last_healthy_;
    Clock::time_point next_check_;
    std::optional<Clock::time_point> unused_since_;
    std::optional<Clock::time_point> start_again_at_;
    unsigned failures_ = 0;
};

void Supervisor::block_signals() {
    ::sigemptyset(&signals_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) {
        ::sigaddset(&signals_, number);
    }
    ::sigprocmask(SIG_BLOCK, &signals_, nullptr);
}

/// Waits for a signal for so long at most; a child's end wakes it, too.
bool Supervisor::asked_to_end(milliseconds wait) {
    timespec time{};
    time.tv_sec = wait.count() / 1000;
    time.tv_nsec = (wait.count() % 1000) * 1'000'000;
    const int number = ::sigtimedwait(&signals_, nullptr, &time);
    return number == SIGTERM || number == SIGINT;
}

/// True leaves users.lock held exclusively: who comes now waits until this process has ended.
bool Supervisor::unused_for_long() {
    if (!users_.try_lock(system::FileLock::Kind::exclusive)) {
        unused_since_.reset();
        return false;
    }
    const auto now = Clock::now();
    if (!unused_since_) {
        unused_since_ = now;
    }
    if (now - *unused_since_ >= launch_.linger) {
        return true;
    }
    users_.unlock();
    return false;
}

void Supervisor::enter(ServerPhase phase, const std::string& error) {
    state_.phase = phase;
    state_.error = error;
    write_state(files_, state_);
    say(phase_name(phase) + (error.empty() ? "" : ": " + error));
}

void Supervisor::start_server() {
    std::error_code failure;
    std::filesystem::remove(launch_.socket, failure);  // of a server that was killed
    std::filesystem::remove_all(files_.slots(), failure);
    make_private_folder(files_.slots());
    ChildProgram program;
    program.command = full_command(launch_, files_);
    // A llama-server too old for one of these ignores it.
    program.environment = {{"LLAMA_ARG_CACHE_RAM", "1024"}, {"LLAMA_ARG_LOG_VERBOSITY", "2"},
                           {"LLAMA_LOG_VERBOSITY", "2"},    {"LLAMA_ARG_UI", "0"},
                           {"LLAMA_ARG_WEBUI", "0"},        {"LLAMA_ARG_JINJA", "1"},
                           {"PYTHONDONTWRITEBYTECODE", "1"}};
    program.output = files_.log();
    program.dies_with_parent = true;
    state_.pid = start_child(program);
    state_.started_at = telemetry::timestamp(std::chrono::system_clock::now());
    server_started_ = last_healthy_ = Clock::now();
    next_check_ = server_started_;
    start_again_at_.reset();
    write_state(files_, state_);
}

void Supervisor::stop_server() {
    if (state_.pid == 0) {
        return;
    }
    const auto pid = static_cast<pid_t>(state_.pid);
    ::kill(pid, SIGTERM);
    const auto deadline = Clock::now() + stop_patience;
    int status = 0;
    while (!server_ended(status)) {
        if (Clock::now() > deadline) {
            ::kill(pid, SIGKILL);
        }
        static_cast<void>(asked_to_end(milliseconds(20)));
    }
    std::error_code failure;
    std::filesystem::remove(launch_.socket, failure);
}

bool Supervisor::server_ended(int& status) {
    if (state_.pid == 0) {
        return true;
    }
    const auto ended = ::waitpid(static_cast<pid_t>(state_.pid), &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) {
        return false;
    }
    state_.pid = 0;
    return true;
}

bool Supervisor::healthy() {
    HttpRequest request;
    request.endpoint = "the model server";
    request.url = "http://localhost/health";
    request.unix_socket = launch_.socket.string();
    request.timeouts = {milliseconds(1000), milliseconds(5000), milliseconds(5000),
                        milliseconds(5000)};
    try {
        return http_.perform(request).head.status == 200;
    } catch (const Error&) {
        return false;
    }
}

/// False when a server that still runs must be given up.
bool Supervisor::watch_health() {
    const auto now = Clock::now();
    if (now < next_check_) {
        return true;
    }
    const bool was_ready = state_.phase == ServerPhase::ready;
    if (healthy()) {
        last_healthy_ = Clock::now();
        if (!was_ready) {
            enter(ServerPhase::ready);
        }
        if (failures_ > 0 && last_healthy_ - server_started_ > calm_after) {
            failures_ = 0;
        }
    } else if (now - last_healthy_ > (was_ready ? health_patience : launch_.start_timeout)) {
        say("the server does not answer; it is ended");
        ::kill(static_cast<pid_t>(state_.pid), SIGKILL);
        return false;
    }
    next_check_ =
        Clock::now() + (state_.phase == ServerPhase::ready ? health_interval : tick_while_starting);
    return true;
}

/// False when there is no sense in another try.
bool Supervisor::handle_crash(int status) {
    ++failures_;
    const bool never_was_ready = state_.phase == ServerPhase::starting;
    if (never_was_ready || failures_ > failures_before_giving_up) {
        enter(ServerPhase::failed,
              fmt::format("the model server {}; the end of {}:\n{}", exit_in_words(status),
                          files_.log().string(), end_of_log(files_)));
        return false;
    }
    ++state_.restarts;
    const auto wait =
        std::min(first_backoff * (1U << std::min(failures_ - 1, 10U)), longest_backoff);
    start_again_at_ = Clock::now() + wait;
    enter(ServerPhase::restarting, fmt::format("the model server {}", exit_in_words(status)));
    return true;
}

int Supervisor::run() {
    block_signals();
    const auto launch = read_launch(files_);
    if (!launch) {
        say(fmt::format("{} is missing or damaged", files_.launch().string()));
        return 2;
    }
    launch_ = *launch;
    state_.launch_id = launch_.id;
    state_.supervisor_pid = ::getpid();
    state_.endpoint = "unix:" + launch_.socket.string();
    state_.model = launch_.model_name;
    state_.model_sha256 = launch_.model_sha256;
    state_.slots = launch_.slots;
    state_.context = launch_.context;
    start_server();
    enter(ServerPhase::starting);
    for (;;) {
        const bool is_quiet = state_.phase == ServerPhase::ready;
        if (asked_to_end(is_quiet ? tick : tick_while_starting) || unused_for_long()) {
            stop_server();
            enter(ServerPhase::stopped);
            return 0;
        }
        int status = 0;
        if (state_.pid != 0 && server_ended(status)) {
            if (!handle_crash(status)) {
                return 1;
            }
        } else if (start_again_at_ && Clock::now() >= *start_again_at_) {
            start_server();
        } else if (state_.pid != 0) {
            static_cast<void>(watch_health());
        }
    }
}

}  // namespace

int supervise_server(const std::filesystem::path& folder) {
    try {
        if (!holds_the_lock(ServerFiles{folder})) {
            say("this command is started by Almagest itself; use almagest model status or stop");
            return 2;
        }
        return Supervisor(ServerFiles{folder}).run();
    } catch (const Error& error) {
        say(error.what());
        return 1;
    }
}

}  // namespace almagest::model
