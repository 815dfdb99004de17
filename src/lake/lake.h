#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace almagest::lake {

/// The artifacts of model runs:
/// <root>/llm_runs/{yyyy}/{mm}/{dd}/{run_id}/{input,output,error}.json. Each file appears whole or
/// not at all (written beside, synced, renamed); its folder is not synced, so the last ones may be
/// missing after a power failure. Thread-safe.
class Lake {
  public:
    explicit Lake(std::filesystem::path root);

    /// The folder of a run that started at `started` (UTC date); not created here. Throws
    /// std::invalid_argument unless the id is made of letters, digits, "-" and "_".
    [[nodiscard]] std::filesystem::path run_folder(
        std::string_view run_id, std::chrono::system_clock::time_point started) const;

    /// Writes `name`.json into a run's folder, making the folder; takes the place of an older one.
    /// Bytes that are not UTF-8 are replaced. Throws TransientError when the disk refuses.
    void write(const std::filesystem::path& run_folder, std::string_view name,
               const nlohmann::ordered_json& document) const;
    /// Throws PermanentError when the artifact is missing or is not JSON.
    [[nodiscard]] nlohmann::json read(const std::filesystem::path& run_folder,
                                      std::string_view name) const;

  private:
    std::filesystem::path root_;
};

}  // namespace almagest::lake
