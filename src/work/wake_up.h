#pragma once

#include <chrono>

namespace almagest::work {

/// An event that other threads raise while one waits, for it or for a socket. Thread-safe, but for
/// wait(): one thread.
class WakeUp {
  public:
    /// Throws TransientError when no file descriptor is left.
    WakeUp();
    ~WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    void raise() const;
    /// Waits until raised (which it then is no more), until `socket` has something to read (-1:
    /// none), or until `patience` is over. Was it the socket?
    [[nodiscard]] bool wait(std::chrono::milliseconds patience, int socket) const;

  private:
    int descriptor_;
};

}  // namespace almagest::work
