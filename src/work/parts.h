#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "contract/job_type.h"
#include "contract/prompt.h"

namespace almagest::work {

/// What is left of a passage to be asked about after an answer about it broke off: where the
/// contract has one list, whose items follow the text, from the sentence of its last kept item on;
/// else, or where that is all of it, both halves. Empty when the passage is a single sentence.
/// Sentences are numbered anew; names that do not occur in a part are left out of it.
[[nodiscard]] std::vector<contract::Passage> parts_left(const contract::JobType& type,
                                                        const contract::Passage& passage,
                                                        const nlohmann::json& output,
                                                        const std::string& locale);

/// Puts the lists of an output behind those of an earlier one; an item that is there already, but
/// for its confidence, is not put twice. Gives the output with what was new alone.
nlohmann::json append_output(nlohmann::json* gathered, const nlohmann::json& output);

}  // namespace almagest::work
