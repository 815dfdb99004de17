#include "telemetry/log_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace almagest::telemetry {
namespace {

[[noreturn]] void throw_errno(const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), file.string());
}

std::filesystem::path made(std::filesystem::path folder) {
    std::filesystem::create_directories(folder);
    return folder;
}

/// nullopt: there is no such file.
std::optional<struct stat> status_of(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0) return status;
    if (errno != ENOENT) throw_errno(file);
    return std::nullopt;
}

bool is_same(const struct stat& one, const struct stat& other) {
    return one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

struct Unlocking {
    system::FileLock& lock;
    ~Unlocking() { lock.unlock(); }
};

}  // namespace

LogFile::LogFile(std::filesystem::path folder, std::string name, LogLimits limits)
    : folder_(made(std::move(folder))),
      name_(std::move(name)),
      limits_(limits),
      rotation_(folder_ / ("." + name_ + ".lock")) {
    if (limits_.files < 2 || limits_.bytes == 0)
        throw std::invalid_argument("a log needs two files at least, with room in them");
    open_current();
}

std::filesystem::path LogFile::file(unsigned age) const {
    return folder_ / (age == 0 ? name_ + ".jsonl" : fmt::format("{}.{}.jsonl", name_, age));
}

void LogFile::open_current() {
    const auto path = file(0);
    current_ = system::Descriptor(
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!current_) throw_errno(path);
    is_torn_ = false;
}

void LogFile::append(std::string_view line) {
    std::string bytes;
    bytes.reserve(line.size() + 2);
    const std::scoped_lock lock(mutex_);
    make_room(line.size() + 1);
    if (is_torn_) bytes += '\n';
    bytes.append(line) += '\n';
    for (std::string_view left = bytes; !left.empty();) {
        const auto written = ::write(current_.get(), left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            is_torn_ = is_torn_ || left.size() < bytes.size();
            throw_errno(file(0));
        }
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    is_torn_ = false;
}

/// Leaves `current_` open on the current file, with room for a line unless another is renaming.
void LogFile::make_room(std::size_t coming) {
    struct stat ours {};
    const auto is_ours = [&] {
        const auto there = status_of(file(0));
        return current_ && ::fstat(current_.get(), &ours) == 0 && there && is_same(ours, *there);
    };
    const auto is_full = [&] {
        return ours.st_size > 0 &&
               static_cast<std::uint64_t>(ours.st_size) + coming > limits_.bytes;
    };
    if (!is_ours()) {
        std::filesystem::create_directories(folder_);
        open_current();
        if (!is_ours()) return;  // renamed once more: it will do for one line
    }
    if (!is_full() || !rotation_.try_lock(system::FileLock::Kind::exclusive)) return;
    const Unlocking unlocking{rotation_};
    if (is_ours() && is_full()) rename_along();
    open_current();
}

/// Only up to the first gap, which a process that was killed in here has left.
void LogFile::rename_along() const {
    unsigned age = 1;
    while (age + 1 < limits_.files && status_of(file(age))) ++age;
    for (; age > 0; --age)
        if (::rename(file(age - 1).c_str(), file(age).c_str()) != 0 && errno != ENOENT)
            throw_errno(file(age));
    for (age = limits_.files; ::unlink(file(age).c_str()) == 0;) ++age;  // of a larger limit once
}

}  // namespace almagest::telemetry
