#pragma once

#include <nlohmann/json.hpp>

#include "contract/job_type.h"
#include "store/queue.h"
#include "work/evidence.h"

namespace almagest::work {

/// A job's input as a JobInputEnvelope 1.0.0 around its evidence, an EvidenceBundle 1.0.0; both are
/// validated by the schemas of the contracts folder, where it has them. Throws PermanentError that
/// says what breaks them. Thread-safe.
[[nodiscard]] nlohmann::ordered_json job_input(const contract::Registry& registry,
                                               const store::ClaimedJob& job,
                                               const Evidence& evidence);

}  // namespace almagest::work
