#pragma once

#include <filesystem>

#include "system/descriptor.h"

namespace almagest::system {

/// A flock on a file, which is made where it is missing and stays. The kernel lets go of it when
/// the last process that has the description ends, however it ends. Not inherited over exec.
class FileLock {
  public:
    enum class Kind { shared, exclusive };

    /// Opens without locking. Throws UsageError when the file cannot be made.
    explicit FileLock(std::filesystem::path file);
    /// Opens, and waits for the lock.
    FileLock(std::filesystem::path file, Kind kind);

    /// Waits for the lock; changes the kind of one that is held (which may let others in between).
    /// Throws UsageError where the file system cannot lock.
    void lock(Kind kind);
    [[nodiscard]] bool try_lock(Kind kind);
    void unlock();
    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

  private:
    std::filesystem::path file_;
    Descriptor descriptor_;
};

}  // namespace almagest::system
