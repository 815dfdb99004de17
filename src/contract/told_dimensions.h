#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "contract/job_type.h"
#include "contract/support.h"

namespace almagest::contract {

/// Those of the kept items that have a dimension of their own beside being entities, as {family,
/// name, confidence, grounding, evidence}, without their types, which tell no more than the family
/// and differ from passage to passage, and bounds in time: of the first of an item's sentences that
/// dates it: by one of the rule's words, with nothing but asides (has_only) and words that may part
/// them between it and the name ("Loom 2 (the last) was released in May"), or in brackets right
/// behind the name. Throws nothing of its own.
[[nodiscard]] nlohmann::json told_dimensions(const std::vector<FamilyRule>& rules,
                                             const nlohmann::json& items, const IndexedPassage& in);

}  // namespace almagest::contract
