#include "model/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "error/error.h"

extern char** environ;

namespace almagest::model {
namespace {

/// Everything that the child needs, made before the fork: afterwards only async-signal-safe calls
/// are allowed, since other threads may have held any lock.
class Prepared {
  public:
    explicit Prepared(const ChildProgram& program)
        : arguments_(program.command),
          output_(program.output.string()),
          kept_descriptor_(program.kept_descriptor),
          dies_with_parent_(program.dies_with_parent),
          parent_(::getpid()) {
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const std::string_view line(*entry);
            const auto name = line.substr(0, line.find('='));
            bool replaced = false;
            for (const auto& [key, value] : program.environment) {
                replaced = replaced || key == name;
            }
            if (!replaced) {
                variables_.emplace_back(line);
            }
        }
        for (const auto& [key, value] : program.environment) {
            variables_.push_back(key + "=" + value);
        }
        for (auto& argument : arguments_) {
            argument_pointers_.push_back(argument.data());
        }
        argument_pointers_.push_back(nullptr);
        for (auto& variable : variables_) {
            variable_pointers_.push_back(variable.data());
        }
        variable_pointers_.push_back(nullptr);
    }

    [[noreturn]] void run() {
        if (dies_with_parent_) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != parent_) {
                ::_exit(127);
            }
        }
        open_standard_descriptors();
        if (kept_descriptor_ >= 0) {
            if (kept_descriptor_ == 3) {
                ::fcntl(3, F_SETFD, 0);
            } else {
                ::dup2(kept_descriptor_, 3);
            }
        }
        ::close_range(kept_descriptor_ >= 0 ? 4 : 3, ~0U, 0);
        reset_signals();
        ::execve(argument_pointers_.front(), argument_pointers_.data(), variable_pointers_.data());
        const char* message = ::strerrordesc_np(errno);
        write_out(argument_pointers_.front());
        write_out(" cannot be executed: ");
        write_out(message);
        write_out("\n");
        ::_exit(127);
    }

  private:
    void open_standard_descriptors() const {
        const int input = ::open("/dev/null", O_RDONLY);
        const int output = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        // Descriptor 3 may be in use here by what is to be kept; these land above or are moved off.
        ::dup2(input, 0);
        if (output >= 0) {
            ::dup2(output, 1);
            ::dup2(output, 2);
        }
    }
    static void reset_signals() {
        for (int number = 1; number < SIGRTMIN; ++number) {
            ::signal(number, SIG_DFL);
        }
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
    }
    static void write_out(const char* text) {
        if (::write(2, text, std::strlen(text)) < 0) {
            return;
        }
    }

    std::vector<std::string> arguments_;
    std::vector<std::string> variables_;
    std::vector<char*> argument_pointers_;
    std::vector<char*> variable_pointers_;
    std::string output_;
    int kept_descriptor_;
    bool dies_with_parent_;
    pid_t parent_;
};

pid_t fork_or_throw() {
    const pid_t pid = ::fork();
    if (pid < 0) {
        throw TransientError(fmt::format("the model server cannot be started: {}",
                                         std::generic_category().message(errno)));
    }
    return pid;
}

}  // namespace

pid_t start_child(const ChildProgram& program) {
    Prepared prepared(program);
    const pid_t pid = fork_or_throw();
    if (pid == 0) {
        prepared.run();
    }
    return pid;
}

void start_detached(const ChildProgram& program) {
    Prepared prepared(program);
    const pid_t pid = fork_or_throw();
    if (pid == 0) {
        ::setsid();
        const pid_t grandchild = ::fork();
        if (grandchild == 0) {
            prepared.run();
        }
        ::_exit(grandchild < 0 ? 1 : 0);
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw TransientError(
            "the model server's supervisor cannot be started: no more processes are allowed");
    }
}

}  // namespace almagest::model
