#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace almagest::model {

/// The command that runs a llama.cpp server, without flags: llm.server.program, else llama-server
/// on PATH, else scripts/model-server/serve.py with what set-up fetched into the cache. Throws
/// UsageError that says how to get one.
[[nodiscard]] std::vector<std::string> find_server_program(const config::LlmSettings& settings,
                                                           const config::Places& places);

}  // namespace almagest::model
