#pragma once

#include <cstddef>
#include <string>

#include "config/settings.h"
#include "model/chat.h"

namespace almagest::work {

/// What calls to a model of this name cost: its own prices, else those of the section `llm`.
[[nodiscard]] config::ModelPrices prices_of(const config::LlmSettings& settings,
                                            const std::string& model);

/// In the currency of the settings. Cached tokens have their own price where there is one.
[[nodiscard]] double cost_of(const model::Usage& usage, const config::ModelPrices& prices);

/// Code points of a request's messages.
[[nodiscard]] std::size_t characters_of(const model::ChatRequest& request);

}  // namespace almagest::work
