#pragma once

#include <filesystem>

namespace almagest::model {

/// The supervisor of the one llama.cpp server of a home; `almagest model supervise <folder>` runs
/// it, detached, with the supervisor's lock open as descriptor 3. Starts the server that
/// <folder>/launch.json describes as a child that dies with it, watches /health, starts it again
/// after a crash (ever slower; gives up after five failures in a row), and ends, stopping the
/// server, when nobody has held <folder>/users.lock for the linger time, or at SIGTERM. Returns the
/// exit code; says what goes on in state.json and in server.log. Must be called from a process
/// with one thread.
[[nodiscard]] int supervise_server(const std::filesystem::path& folder);

}  // namespace almagest::model
