#include "work/wake_up.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "error/error.h"

namespace almagest::work {

WakeUp::WakeUp() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw TransientError("no file descriptor is left for an event");
}

WakeUp::~WakeUp() {
    close(descriptor_);
}

void WakeUp::raise() const {
    const std::uint64_t one = 1;
    // A full counter is raised already.
    [[maybe_unused]] const auto written = write(descriptor_, &one, sizeof one);
}

bool WakeUp::wait(std::chrono::milliseconds patience, int socket) const {
    std::array<pollfd, 2> events{{{descriptor_, POLLIN, 0}, {socket, POLLIN, 0}}};
    const auto limit = std::clamp<std::int64_t>(patience.count(), 0, 60'000);
    if (::poll(events.data(), events.size(), static_cast<int>(limit)) <= 0) return false;
    std::uint64_t raised = 0;
    if (events[0].revents != 0) {
        [[maybe_unused]] const auto lowered = read(descriptor_, &raised, sizeof raised);
    }
    return events[1].revents != 0;
}

}  // namespace almagest::work
