#include "work/chunk_step.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "text/chunker.h"
#include "text/tokens.h"
#include "work/call.h"

namespace almagest::work {
namespace {

class ModelTokens final : public text::TokenCounter {
  public:
    explicit ModelTokens(model::ChatModel& model) : model_(&model) {}
    [[nodiscard]] std::size_t count(std::string_view utf8) const override {
        return model_->count_tokens(utf8);
    }

  private:
    model::ChatModel* model_;
};

}  // namespace

text::ChunkBudget chunk_budget_for(const config::Settings& settings,
                                   const contract::Registry& registry, model::ChatModel& model) {
    const auto& profile = config::profile_for(settings, model.name());
    const text::ChunkPolicy policy{profile.chunk_maximum_tokens, profile.chunk_overlap_tokens,
                                   profile.chunk_minimum_tokens};
    std::optional<text::ChunkBudget> tightest;
    for (const auto& type : registry.all()) {
        if (type.unit != contract::Unit::chunk || !type.asks_model()) continue;
        const auto fixed = fixed_tokens(registry, type, model);
        auto budget = text::chunk_budget({model.context_window(), fixed.prompt, fixed.contract,
                                          fixed.output_reserve, settings.chunk.safety_margin},
                                         policy);
        if (!tightest || budget.available < tightest->available) tightest = std::move(budget);
    }
    return tightest ? *tightest : text::chunk_budget({model.context_window(), 0, 0, 0, 0}, policy);
}

nlohmann::json chunk_source_output(const std::string& page_text, const text::ChunkBudget& budget,
                                   const config::Settings& settings, model::ChatModel& model) {
    const ModelTokens counter(model);
    auto chunks = nlohmann::json::array();
    for (const auto& chunk :
         text::chunk_text(page_text, budget.policy, counter, settings.chunk.locale))
        chunks.push_back({{"char_start", chunk.range.start},
                          {"char_end", chunk.range.end},
                          {"fresh_start", chunk.fresh},
                          {"token_count", chunk.tokens}});
    return {{"chunks", std::move(chunks)},
            {"policy",
             {{"maximum", budget.policy.maximum},
              {"overlap", budget.policy.overlap},
              {"minimum", budget.policy.minimum},
              {"available", budget.available},
              {"model", model.name()}}}};
}

}  // namespace almagest::work
