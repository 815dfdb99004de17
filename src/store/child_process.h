#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "store/account.h"

namespace almagest::store {

struct ProgramResult {
    int status = 0;      ///< exit status; 128 + signal when a signal ended it; 127 when not found
    std::string output;  ///< standard output and standard error, as they came
};

/// Runs `command` (an absolute path and its arguments) to its end, in a session of its own (so that
/// keys pressed in our terminal do not reach it or what it leaves running), with no descriptor,
/// signal handler or environment of ours, in /, umask 077, as `identity` if given (which needs
/// root), with `input` on its standard input and `variables` ("NAME=value") in its environment. It
/// is asked to end (SIGTERM) when `stop` is requested. Throws TransientError when no process can be
/// made. Thread-safe.
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& command,
                                        const std::optional<Account>& identity,
                                        const std::string& input = {},
                                        const std::vector<std::string>& variables = {},
                                        const std::stop_token& stop = {});

}  // namespace almagest::store
