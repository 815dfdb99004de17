#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "contract/job_type.h"
#include "contract/support.h"

namespace almagest::contract {

/// What a passage's sentences and headings say to have happened to the kept items, which are names
/// with types: as {family: "event", name, type, confidence, grounding, evidence, participants:
/// [{name, type, role}]} and bounds in time, each event once, with those of its dates that are most
/// precise. A pronoun counts where its antecedent is known. `orders`: sentences that command
/// whoever reads them; what rests on one is less sure, as is what rests on a pronoun. Kinds of
/// events after those of ACE (Automatic Content Extraction, English Annotation Guidelines for
/// Events 5.4.3, 2005) that happen once to one. Throws nothing of its own.
[[nodiscard]] nlohmann::json occurrences(const OccurrenceRule& rule, const nlohmann::json& items,
                                         const IndexedPassage& in,
                                         const std::vector<text::Range>& orders);

}  // namespace almagest::contract
