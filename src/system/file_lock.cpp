#include "system/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <system_error>

#include "error/error.h"

namespace almagest::system {
namespace {

int operation(FileLock::Kind kind) {
    return kind == FileLock::Kind::shared ? LOCK_SH : LOCK_EX;
}

[[noreturn]] void cannot_lock(const std::filesystem::path& file) {
    throw UsageError(fmt::format("{} cannot be locked: {}; put ALMAGEST_HOME on a local disk",
                                 file.string(), std::generic_category().message(errno)));
}

}  // namespace

FileLock::FileLock(std::filesystem::path file)
    : file_(std::move(file)),
      descriptor_(::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (!descriptor_)
        throw UsageError(fmt::format("{} cannot be opened: {}; check the owner of its folder",
                                     file_.string(), std::generic_category().message(errno)));
}

FileLock::FileLock(std::filesystem::path file, Kind kind) : FileLock(std::move(file)) {
    lock(kind);
}

void FileLock::lock(Kind kind) {
    while (::flock(descriptor_.get(), operation(kind)) != 0)
        if (errno != EINTR) cannot_lock(file_);
}

bool FileLock::try_lock(Kind kind) {
    while (::flock(descriptor_.get(), operation(kind) | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return false;
        if (errno != EINTR) cannot_lock(file_);
    }
    return true;
}

void FileLock::unlock() {
    ::flock(descriptor_.get(), LOCK_UN);
}

}  // namespace almagest::system
