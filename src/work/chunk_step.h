#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "config/settings.h"
#include "contract/job_type.h"
#include "model/chat.h"
#include "text/budget.h"

namespace almagest::work {

/// The chunk policy that every chunk-level job type can work with: the profile's, narrowed to what
/// the model's window leaves beside the largest prompt, contract and reserve. Throws UsageError.
[[nodiscard]] text::ChunkBudget chunk_budget_for(const config::Settings& settings,
                                                 const contract::Registry& registry,
                                                 model::ChatModel& model);

/// The output of a CHUNK_SOURCE job for a page's text, as vector.usp_process_chunk_source_output
/// takes it.
[[nodiscard]] nlohmann::json chunk_source_output(const std::string& page_text,
                                                 const text::ChunkBudget& budget,
                                                 const config::Settings& settings,
                                                 model::ChatModel& model);

}  // namespace almagest::work
