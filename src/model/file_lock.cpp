#include "model/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "error/error.h"

namespace almagest::model {
namespace {

int operation(FileLock::Kind kind) {
    return kind == FileLock::Kind::shared ? LOCK_SH : LOCK_EX;
}

}  // namespace

void FileDescriptor::reset() {
    if (descriptor_ >= 0) {
        ::close(std::exchange(descriptor_, -1));
    }
}

FileLock::FileLock(std::filesystem::path file)
    : file_(std::move(file)),
      descriptor_(::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (!descriptor_) {
        throw UsageError(
            fmt::format("the lock {} cannot be opened: {}", file_.string(), std::strerror(errno)));
    }
}

void FileLock::lock(Kind kind) {
    while (::flock(descriptor_.get(), operation(kind)) != 0) {
        if (errno != EINTR) {
            throw UsageError(fmt::format("the lock {} cannot be taken: {}", file_.string(),
                                         std::strerror(errno)));
        }
    }
}

bool FileLock::try_lock(Kind kind) {
    while (::flock(descriptor_.get(), operation(kind) | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return false;
        }
        if (errno != EINTR) {
            throw UsageError(fmt::format("the lock {} cannot be taken: {}", file_.string(),
                                         std::strerror(errno)));
        }
    }
    return true;
}

void FileLock::unlock() {
    ::flock(descriptor_.get(), LOCK_UN);
}

}  // namespace almagest::model
