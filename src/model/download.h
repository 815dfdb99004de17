#pragma once

#include <filesystem>
#include <string>

#include "config/settings.h"

namespace almagest::model {

/// Takes `url` into `file`, which appears whole or not at all; nothing happens when it is there.
/// A try that was cut off goes on where it stopped (file.partial), or from the start where the
/// other side cannot. One download of a file at a time, others wait. Throws TransientError,
/// PermanentError (404, no disk space), UsageError.
void download(const std::string& url, const std::filesystem::path& file,
              const config::LlmSettings& settings);

}  // namespace almagest::model
