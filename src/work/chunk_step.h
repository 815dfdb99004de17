#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "config/settings.h"
#include "contract/job_type.h"
#include "model/chat.h"
#include "store/knowledge.h"
#include "text/budget.h"

namespace almagest::work {

/// The chunk policy that every chunk-level job type can work with: the profile's, narrowed to what
/// the model's window leaves beside the largest prompt, contract and reserve. Throws UsageError.
[[nodiscard]] text::ChunkBudget chunk_budget_for(const config::Settings& settings,
                                                 const contract::Registry& registry,
                                                 model::ChatModel& model);

/// The output of a CHUNK_SOURCE job for a page's text, as vector.usp_process_chunk_source_output
/// takes it. Chunks of the page's earlier version that were cut by the same policy stay where their
/// text is unchanged.
[[nodiscard]] nlohmann::json chunk_source_output(
    const std::string& page_text, const text::ChunkBudget& budget, const config::Settings& settings,
    model::ChatModel& model, const std::optional<store::EarlierCut>& earlier = std::nullopt);

}  // namespace almagest::work
