#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "contract/job_type.h"
#include "model/open_model.h"
#include "store/calls.h"
#include "store/kept_answers.h"
#include "work/intake.h"

namespace almagest::work {

/// What the calls about one job type would take.
struct EstimatedCalls {
    std::string job_type;
    std::uint64_t jobs = 0;  ///< still to be done
    double calls = 0;
    std::uint64_t kept_answers = 0;  ///< jobs whose answers the answer cache has; no calls
    double prompt_tokens = 0;
    double cached_tokens = 0;  ///< of the prompt's: a beginning that earlier calls had too
    double completion_tokens = 0;
    double milliseconds = 0;         ///< of one slot
    std::uint64_t learned_from = 0;  ///< earlier calls
};

/// What a run would cost.
struct Estimate {
    std::uint64_t pages = 0;
    std::uint64_t pages_done = 0;  ///< about which nothing is left to be asked
    std::uint64_t chunks = 0;
    std::uint64_t characters = 0;
    std::uint64_t content_tokens = 0;  ///< of the chunks
    std::vector<EstimatedCalls> by_type;
    EstimatedCalls all;
    std::optional<double> seconds;  ///< on the slots in use; empty: nobody knows yet
    double cost = 0;
    std::vector<std::string> assumptions;  ///< a sentence each
    TakenIn read;                          ///< what could not be read
};

struct EstimateOptions {
    std::optional<unsigned> slots;
    int tenant_id = 0;                           ///< 0: one that the database does not know
    store::Calls* calls = nullptr;               ///< null: no database; else outlives the call
    store::KeptAnswers* kept_answers = nullptr;  ///< likewise; looked up where llm.cache is on
};

/// Reads pages as take_in does and plans the calls that reading them would make, with the budget,
/// the chunks and the prompts of a run. Stores nothing and asks no model. Memory does not grow with
/// the number of pages. Throws what take_in and chunk_budget_for throw.
[[nodiscard]] Estimate estimate_run(const config::Settings& settings,
                                    const contract::Registry& registry,
                                    const model::ModelOutline& model,
                                    const std::vector<std::string>& paths,
                                    const IntakeOptions& intake, const EstimateOptions& options,
                                    const std::function<void(const IntakeProgress&)>& on_progress);

}  // namespace almagest::work
