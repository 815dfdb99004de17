#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "contract/job_type.h"
#include "contract/support.h"

namespace almagest::contract {

/// Those of the kept items that have a dimension of their own beside being entities, as {family,
/// name, type, confidence, grounding, evidence} and bounds in time: of the first of an item's
/// sentences that dates it, by one of the rule's words or right behind the name in brackets.
/// Throws nothing of its own.
[[nodiscard]] nlohmann::json told_dimensions(const std::vector<FamilyRule>& rules,
                                             const nlohmann::json& items, const IndexedPassage& in);

}  // namespace almagest::contract
