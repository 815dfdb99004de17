#pragma once

#include <filesystem>

#include "store/descriptor.h"

namespace almagest::store {

/// An exclusive lock on a file among all processes and threads of this machine, held until
/// destroyed. The file is made when missing and stays. Not inherited by programs that we start.
class FileLock {
  public:
    /// Waits for whoever holds it. Throws PermanentError when the file cannot be opened, Stopped
    /// when a signal handler ran while waiting.
    explicit FileLock(const std::filesystem::path& file);

  private:
    Descriptor descriptor_;
};

}  // namespace almagest::store
