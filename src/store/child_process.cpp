#include "store/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "error/error.h"
#include "system/descriptor.h"

namespace almagest::store {
namespace {

constexpr int not_found = 127;

[[noreturn]] void cannot_start(const std::string& program) {
    throw TransientError(
        fmt::format("{} could not be started: {}; try again when the machine has room", program,
                    std::generic_category().message(errno)));
}

/// A file without a name: unlike a pipe it never blocks, whoever keeps it open.
system::Descriptor nameless_file(const std::string& content) {
    system::Descriptor file(memfd_create("almagest", MFD_CLOEXEC));
    std::size_t written = 0;
    while (file && written < content.size()) {
        const auto now = ::write(file.get(), content.data() + written, content.size() - written);
        if (now < 0 && errno != EINTR) {
            return system::Descriptor();
        }
        written += now > 0 ? static_cast<std::size_t>(now) : 0;
    }
    if (file) {
        ::lseek(file.get(), 0, SEEK_SET);
    }
    return file;
}

std::string whole_content(const system::Descriptor& file) {
    std::string content;
    std::array<char, 4096> buffer{};
    off_t offset = 0;
    for (;;) {
        const auto now = ::pread(file.get(), buffer.data(), buffer.size(), offset);
        if (now <= 0) {
            return content;
        }
        content.append(buffer.data(), static_cast<std::size_t>(now));
        offset += now;
    }
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> result;
    result.reserve(words.size() + 1);
    for (auto& word : words) {
        result.push_back(word.data());
    }
    result.push_back(nullptr);
    return result;
}

// Everything below runs between fork and exec: system calls only, no memory is allocated.

void reset_signals() {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);  // NOLINT(concurrency-mt-unsafe): one thread is left
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) {
        sigaction(number, &standard, nullptr);
    }
}

bool become(const Account& identity) {
    return setgroups(identity.groups.size(), identity.groups.data()) == 0 &&
           setresgid(identity.gid, identity.gid, identity.gid) == 0 &&
           setresuid(identity.uid, identity.uid, identity.uid) == 0;
}

[[noreturn]] void become_program(char* const* command, char* const* environment,
                                 const std::optional<Account>& identity, int input, int output) {
    ::setsid();
    ::umask(077);
    if (::dup2(input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0 ||
        ::chdir("/") != 0) {
        ::_exit(not_found);
    }
    ::syscall(SYS_close_range, 3U, ~0U, 0U);
    if (identity && !become(*identity)) {
        ::_exit(not_found);
    }
    reset_signals();
    ::execve(command[0], command, environment);
    ::_exit(not_found);
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& command,
                          const std::optional<Account>& identity, const std::string& input,
                          const std::vector<std::string>& variables, const std::stop_token& stop) {
    auto words = command;
    std::vector<std::string> settings{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC"};
    settings.insert(settings.end(), variables.begin(), variables.end());
    const auto arguments = pointers(words);
    const auto environment = pointers(settings);
    const auto in = nameless_file(input);
    const auto out = nameless_file({});
    if (!in || !out) {
        cannot_start(command.front());
    }
    const auto child = ::fork();
    if (child < 0) {
        cannot_start(command.front());
    }
    if (child == 0) {
        become_program(arguments.data(), environment.data(), identity, in.get(), out.get());
    }
    // A descriptor, unlike its number, cannot come to mean another process.
    const system::Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    const std::stop_callback ask(
        stop, [&handle] { ::syscall(SYS_pidfd_send_signal, handle.get(), SIGTERM, nullptr, 0); });
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            cannot_start(command.front());
        }
    }
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), whole_content(out)};
}

}  // namespace almagest::store
