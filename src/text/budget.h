#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace almagest::text {

/// What must fit into a model's window, in tokens.
struct WindowUse {
    std::size_t window = 0;
    std::size_t system_prompt = 0;
    std::size_t contract = 0;  ///< the schema, where it is sent as text, and the fixed instructions
    std::size_t output_reserve = 0;
    double safety_margin = 0.15;  ///< share of the window kept free
};

/// How large chunks are to be, in tokens.
struct ChunkPolicy {
    std::size_t maximum = 8000;
    std::size_t overlap = 1000;
    std::size_t minimum = 2000;
};

struct ChunkBudget {
    std::size_t available = 0;  ///< tokens left for page text in one call
    ChunkPolicy policy;         ///< the policy, narrowed to what is available
    std::vector<std::string> warnings;
};

/// available = window − system prompt − contract − output reserve − margin; 128,000 − 1,500 − 300
/// − 3,000 − 15 % of 128,000 = 104,000. Narrows the policy to it (with a warning) where the window
/// is small, keeping its proportions. Throws UsageError with the numbers when fewer than `least`
/// tokens are left or the policy contradicts itself.
[[nodiscard]] ChunkBudget chunk_budget(const WindowUse& use, const ChunkPolicy& policy,
                                       std::size_t least = 32);

}  // namespace almagest::text
