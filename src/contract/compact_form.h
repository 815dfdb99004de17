#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "contract/job_type.h"

namespace almagest::contract {

/// The answer with the lists of items that its compact forms stand for: of {"names": {"Ada":
/// "person"}} with key name and value type, {"entities": [{"name": "Ada", "type": "person"}]}; of
/// {"said": {"1": [["Ada", "led", "Survey"]]}} with key sentence, a list of {sentence, subject,
/// predicate, object}. What has not the form's shape stays an item as it is, for grounding to
/// refuse. Answers without compact forms come back unchanged.
[[nodiscard]] nlohmann::json unfolded(const std::vector<GroundingRule>& rules,
                                      nlohmann::json answer);

/// A schema for an answer that broke off: of the compact forms, no member is required.
void allow_incomplete(const std::vector<GroundingRule>& rules, nlohmann::ordered_json* schema);

}  // namespace almagest::contract
