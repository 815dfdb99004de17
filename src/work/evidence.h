#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "config/settings.h"
#include "contract/job_type.h"
#include "contract/prompt.h"
#include "store/knowledge.h"
#include "store/queue.h"

namespace almagest::work {

/// What a job is about: the passage that an answer is checked against, and the same as an
/// EvidenceBundle 1.0.0 with its bounding policy and sources.
struct Evidence {
    contract::Passage passage;
    nlohmann::ordered_json bundle;
};

/// Reads it for a job of a type, as the type's unit and `describes` say. nullopt: there is nothing
/// to ask about (headings alone, too few entities to be related, or an entity that was merged or
/// forgotten meanwhile). Throws PermanentError when the job names no page, chunk or entity as its
/// type needs.
[[nodiscard]] std::optional<Evidence> evidence_for(const store::ClaimedJob& job,
                                                   const contract::JobType& type,
                                                   const config::Settings& settings,
                                                   const config::ModelProfile& profile,
                                                   store::Knowledge& knowledge);

/// The evidence of a part of its passage.
[[nodiscard]] Evidence part_of(const Evidence& whole, contract::Passage part);

/// One entity's account on one line, as fn_show_entity gives a match: name, type, other names, and
/// of relations and quotes `most` each.
[[nodiscard]] nlohmann::ordered_json entity_account(const nlohmann::json& match, std::size_t most);

}  // namespace almagest::work
