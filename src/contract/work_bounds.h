#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "contract/job_type.h"
#include "contract/prompt.h"
#include "text/code_points.h"

namespace almagest::contract {

/// Names of works that a passage may be bounded by: its known entities, and the items of the
/// answer's list, of a type that the rule names ("film", or "science fiction film").
[[nodiscard]] std::vector<std::string> known_works(const WorkBoundRule& rule,
                                                   const Passage& passage,
                                                   const nlohmann::json& answer);

/// Sets an item's "start_work", "end_work" and "work_context" as its evidence states them: "from A
/// New Hope to The Last Jedi", "until The Last Jedi", "in A New Hope". The span in the clause of
/// the later mention counts, behind it if one is, else one that opens the sentence. A work that is
/// a mention of the item itself bounds nothing. What the item has already stays.
void set_work_bounds(const WorkBoundRule& rule, nlohmann::json* item, std::string_view evidence,
                     const std::vector<text::Range>& mentions,
                     const std::vector<std::string>& works);

}  // namespace almagest::contract
