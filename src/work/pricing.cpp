#include "work/pricing.h"

#include <algorithm>

#include "text/code_points.h"

namespace almagest::work {

config::ModelPrices prices_of(const config::LlmSettings& settings, const std::string& model) {
    const auto own = settings.prices.find(model);
    return own != settings.prices.end() ? own->second : settings.usual_prices;
}

double cost_of(const model::Usage& usage, const config::ModelPrices& prices) {
    constexpr double million = 1'000'000.0;
    const auto cached = std::min(usage.cached_tokens, usage.prompt_tokens);
    return (static_cast<double>(usage.prompt_tokens - cached) * prices.per_million_prompt_tokens +
            static_cast<double>(cached) *
                prices.per_million_cached_tokens.value_or(prices.per_million_prompt_tokens) +
            static_cast<double>(usage.completion_tokens) * prices.per_million_completion_tokens) /
           million;
}

std::size_t characters_of(const model::ChatRequest& request) {
    std::size_t characters = 0;
    for (const auto& message : request.messages)
        characters += text::code_point_count(message.content);
    return characters;
}

}  // namespace almagest::work
