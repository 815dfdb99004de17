#pragma once

#include <functional>
#include <string>

namespace almagest::cli {

/// Shows a text that changes, every two seconds, until SIGINT or SIGTERM. On a terminal: in place,
/// as much as its window holds, again whenever that changes its size, and at the end the terminal
/// is as it was, below it the last text; elsewhere one text below the other. A database that does
/// not answer is told in the text's place and waited for. To be called before any other thread
/// starts. Returns Exit::interrupted.
[[nodiscard]] int watch(const std::function<std::string()>& text);

}  // namespace almagest::cli
