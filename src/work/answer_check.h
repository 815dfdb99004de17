#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "contract/answer.h"
#include "contract/job_type.h"
#include "error/error.h"
#include "model/chat.h"
#include "work/call.h"

namespace almagest::work {

/// What is parsed of an answer at all.
inline constexpr std::size_t largest_answer_bytes = 8U << 20U;

/// What became of a model's answer on its way to being believed, for the lake and for llm.run.
struct CheckedAnswer {
    std::string outcome = "succeeded";  ///< or parse_failed, truncated, schema_failed
    std::string reason;                 ///< one sentence, unless it succeeded
    nlohmann::json grounded;            ///< what the handler gets; null unless it succeeded
    nlohmann::json refusals = nlohmann::json::array();  ///< {items, reason, item}
    std::string parse_strategy;                         ///< "" when nothing could be parsed
    nlohmann::json artifact;                            ///< output.json
    bool cut = false;  ///< it broke off: only complete items are in `grounded`, and some may lack
    [[nodiscard]] bool believed() const { return outcome == "succeeded"; }
};

/// Parse, validate, ground; fails closed. Items of an answer that had to be repaired have the
/// grounding "fuzzy" at best, with which nothing is promoted. Pure; thread-safe.
[[nodiscard]] CheckedAnswer check_answer(const contract::JobType& type, const Call& call,
                                         const model::ChatAnswer& answer,
                                         double default_confidence);

}  // namespace almagest::work
