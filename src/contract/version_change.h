#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/job_type.h"

namespace almagest::contract {

enum class ChangeLevel : std::uint8_t { none, patch, minor, major };
[[nodiscard]] std::string_view to_string(ChangeLevel level);

/// What a change of a contract asks of its version, and why, the gravest first.
struct VersionChange {
    ChangeLevel needed = ChangeLevel::none;
    std::vector<std::string> reasons;
};

/// Compares a version of a job type with an earlier one. Major: who relies on the earlier answers
/// or payloads is misled (a member gone, newly required, or of another type; a value no longer
/// allowed; another handler or unit). Minor: more is possible (a new optional member or value, a
/// wider bound, another rule of grounding). Patch: nothing but words, narrower bounds, or how jobs
/// are run.
[[nodiscard]] VersionChange compare(const JobType& earlier, const JobType& later);

/// What the numbers of two versions claim.
[[nodiscard]] ChangeLevel claimed(const Version& earlier, const Version& later);

}  // namespace almagest::contract
