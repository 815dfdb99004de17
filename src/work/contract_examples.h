#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "contract/job_type.h"

namespace almagest::work {

/// What the examples of a contract's folder come to.
struct ExampleReport {
    std::size_t examples = 0;
    std::size_t counter_examples = 0;
    std::vector<std::string> faults;  ///< one sentence each, beginning with the file
};

/// Checks examples/*.json and counter-examples/*.json beside a contract's files. An example is
/// {"answer": {…} or "raw": "the answer as it came", "passage": "…", "title"?: "…",
/// "entities"?: [{name, type}], "payload"?: {…}}; it passes when its payload fits the input schema,
/// and its answer is parsed as it stands, fits the output schema for that passage, and is grounded
/// with nothing refused. A counter-example has "fails_at" (input, parsing, schema or grounding) and
/// "because" as well, and must fail there with a reason that holds those words. Thread-safe.
[[nodiscard]] ExampleReport check_examples(const std::filesystem::path& folder,
                                           const contract::JobType& type);

}  // namespace almagest::work
