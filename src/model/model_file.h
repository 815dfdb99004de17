#pragma once

#include <filesystem>
#include <string>

#include "config/settings.h"

namespace almagest::model {

struct ModelFile {
    std::filesystem::path path;
    std::string name;  ///< the file's name without .gguf, in lower case; runs are recorded under it
    std::string sha256;
};

/// Finds the GGUF that llm.model names: a name of scripts/model-server/models.txt ("default",
/// "small") in the cache, a URL (taken once into home/models, resumed where a try was cut off),
/// or a path. Checks that it is a GGUF and has llm.model_sha256 or the listed checksum. Throws
/// UsageError for a missing or wrong file, with both checksums; TransientError for a failed
/// download.
[[nodiscard]] ModelFile find_model(const config::LlmSettings& settings,
                                   const config::Places& places);

/// The name that runs of llm.model are recorded under, without looking for its file.
[[nodiscard]] std::string name_of_model(const config::LlmSettings& settings,
                                        const config::Places& places);

}  // namespace almagest::model
