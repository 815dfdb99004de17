#include "store/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <system_error>

#include "error/error.h"

namespace almagest::store {

FileLock::FileLock(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (!descriptor_.is_open()) {
        throw PermanentError(fmt::format("{} cannot be opened: {}; check the owner of its folder",
                                         file.string(), std::generic_category().message(errno)));
    }
    if (::flock(descriptor_.number(), LOCK_EX) != 0) {
        if (errno == EINTR) {
            throw Stopped();
        }
        throw PermanentError(
            fmt::format("{} cannot be locked: {}; put ALMAGEST_HOME on a local disk", file.string(),
                        std::generic_category().message(errno)));
    }
}

}  // namespace almagest::store
