#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace almagest::model {

/// A program to start, with what it shall find.
struct ChildProgram {
    std::vector<std::string> command;  ///< the program's path, then its arguments
    std::vector<std::pair<std::string, std::string>> environment;  ///< over the caller's own
    std::filesystem::path output;   ///< standard output and error are appended here
    int kept_descriptor = -1;       ///< stays open in the program, as descriptor 3
    bool dies_with_parent = false;  ///< killed by the kernel when the calling thread's process ends
};

/// Starts it with no input, no other descriptor of the caller's, and default signals. Returns its
/// pid; the caller waits for it. Throws TransientError when there is no memory or process left. A
/// program that cannot be executed ends with status 127 and says so in `output`.
[[nodiscard]] pid_t start_child(const ChildProgram& program);

/// As start_child, but in a session of its own and no child of the caller.
void start_detached(const ChildProgram& program);

}  // namespace almagest::model
