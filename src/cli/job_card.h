#pragma once

#include <cstdint>
#include <string>

#include "cli/session.h"

namespace almagest::cli {

/// Everything about one job: the columns of llm.vw_job, its page, what pauses it, and its runs.
/// Throws UsageError when there is no such job.
[[nodiscard]] nlohmann::json read_job(Session& session, std::int64_t id);

/// The same for people, with what to do next.
[[nodiscard]] std::string job_card(const nlohmann::json& job);

}  // namespace almagest::cli
