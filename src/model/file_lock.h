#pragma once

#include <filesystem>
#include <utility>

namespace almagest::model {

/// Owns a file descriptor.
class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        if (this != &other) {
            reset();
            descriptor_ = std::exchange(other.descriptor_, -1);
        }
        return *this;
    }
    ~FileDescriptor() { reset(); }

    [[nodiscard]] int get() const { return descriptor_; }
    explicit operator bool() const { return descriptor_ >= 0; }
    void reset();

  private:
    int descriptor_ = -1;
};

/// A flock on a file, which is made where it is missing. The kernel lets go of it when the last
/// process that has the description ends, however it ends. Not inherited over exec.
class FileLock {
  public:
    enum class Kind { shared, exclusive };

    /// Opens without locking. Throws UsageError when the file cannot be made.
    explicit FileLock(std::filesystem::path file);

    /// Waits for the lock; changes the kind of one that is held (which may let others in between).
    void lock(Kind kind);
    [[nodiscard]] bool try_lock(Kind kind);
    void unlock();
    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

  private:
    std::filesystem::path file_;
    FileDescriptor descriptor_;
};

}  // namespace almagest::model
