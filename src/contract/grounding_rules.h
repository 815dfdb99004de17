#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "contract/job_type.h"

namespace almagest::contract {

/// Reads the list `grounding:` of a job.yaml. Throws UsageError that begins with `where`.
[[nodiscard]] std::vector<GroundingRule> grounding_rules(const nlohmann::json& list,
                                                         const std::string& where);

/// Throws UsageError naming the rule when a rule names a member that the schema does not have.
void check_grounding(const std::vector<GroundingRule>& rules, const nlohmann::json& schema);

}  // namespace almagest::contract
