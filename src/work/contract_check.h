#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/settings.h"

namespace almagest::work {

/// What a check of one folder contracts/<job_type>/<version> came to.
struct ContractReport {
    std::string folder;               ///< "<job_type>/<version>"
    std::vector<std::string> faults;  ///< one sentence each; empty: it is well
    std::vector<std::string> notices;
    /// window, prompt_tokens, contract_tokens, output_reserve_tokens, left_tokens, examples,
    /// counter_examples, and change {since, claimed, needed, reasons} where there is an earlier
    /// version; what could not be told is missing
    nlohmann::json figures = nlohmann::json::object();
};

/// Checks a contracts folder, one job type's folder in it, or one version's: each file is read,
/// schemas compile and can be used for constrained decoding, the prompt fits the smallest
/// configured window with room for a chunk, examples pass and counter-examples fail, no two folders
/// claim one version, and a version is raised by what its change means. Throws UsageError when
/// `folder` is none of these.
[[nodiscard]] std::vector<ContractReport> check_contracts(const std::filesystem::path& folder,
                                                          const config::Settings& settings);

}  // namespace almagest::work
