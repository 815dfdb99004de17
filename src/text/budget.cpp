#include "text/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "error/error.h"

namespace almagest::text {
namespace {

std::size_t margin_of(const WindowUse& use) {
    if (!(use.safety_margin >= 0.0 && use.safety_margin < 1.0)) {
        throw UsageError(fmt::format(
            "the safety margin is a share of the window, at least 0 and below 1, not {}",
            use.safety_margin));
    }
    // Rounded up, but not for what floating point adds to a whole number.
    return static_cast<std::size_t>(
        std::ceil(static_cast<double>(use.window) * use.safety_margin - 1e-6));
}

void check_policy(const ChunkPolicy& policy) {
    if (policy.maximum == 0) throw UsageError("a chunk's maximum must be at least 1 token, not 0");
    if (policy.minimum > policy.maximum) {
        throw UsageError(fmt::format("a chunk's minimum ({}) must not exceed its maximum ({})",
                                     policy.minimum, policy.maximum));
    }
    if (policy.overlap >= policy.maximum) {
        throw UsageError(fmt::format("the overlap ({}) must be below a chunk's maximum ({})",
                                     policy.overlap, policy.maximum));
    }
}

/// What is left of the window; nullopt when the uses exceed it.
std::optional<std::size_t> left_of(std::size_t window, std::initializer_list<std::size_t> uses) {
    for (const auto use : uses) {
        if (use > window) return std::nullopt;
        window -= use;
    }
    return window;
}

}  // namespace

ChunkBudget chunk_budget(const WindowUse& use, const ChunkPolicy& policy, std::size_t least) {
    check_policy(policy);
    const auto margin = margin_of(use);
    const auto left =
        left_of(use.window, {use.system_prompt, use.contract, use.output_reserve, margin});
    if (!left || *left < least) {
        throw UsageError(fmt::format(
            "the model's window of {} tokens leaves {} for the page, of the at least {} needed: "
            "the "
            "system prompt takes {}, the contract {}, the output reserve {} and the safety margin "
            "{}; use a model with a larger window or a smaller reserve",
            use.window, left.value_or(0), least, use.system_prompt, use.contract,
            use.output_reserve, margin));
    }
    ChunkBudget budget{*left, policy, {}};
    if (policy.maximum <= *left) return budget;

    // The proportions of the policy stay.
    const auto share = static_cast<double>(*left) / static_cast<double>(policy.maximum);
    const auto narrowed = [share](std::size_t tokens) {
        return static_cast<std::size_t>(static_cast<double>(tokens) * share);
    };
    budget.policy = {*left, narrowed(policy.overlap), narrowed(policy.minimum)};
    budget.warnings.push_back(fmt::format(
        "the model's window of {} tokens leaves {} for the page: chunks are at most {} tokens "
        "instead of {}, with an overlap of {} instead of {}",
        use.window, *left, budget.policy.maximum, policy.maximum, budget.policy.overlap,
        policy.overlap));
    return budget;
}

}  // namespace almagest::text
