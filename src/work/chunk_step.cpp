#include "work/chunk_step.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "text/bpe_tokens.h"
#include "text/chunker.h"
#include "text/tokens.h"
#include "text/unchanged_chunks.h"
#include "work/call.h"

namespace almagest::work {
namespace {

/// Counts as the model does now: what answers report meanwhile changes no estimate, so that all of
/// a text is cut by one measure.
class ModelTokens final : public text::TokenCounter {
  public:
    explicit ModelTokens(model::ChatModel& model) : model_(&model) {
        if (const auto ratio = model.estimated_characters_per_token()) estimate_.emplace(*ratio);
    }
    [[nodiscard]] std::size_t count(std::string_view utf8) const override {
        return estimate_ ? estimate_->count(utf8) : model_->count_tokens(utf8);
    }

  private:
    model::ChatModel* model_;
    std::optional<text::EstimatedTokens> estimate_;
};

/// The counter of a vocabulary, read once for all pages.
std::shared_ptr<const text::TokenCounter> vocabulary(const std::string& file,
                                                     const std::string& rules) {
    static std::mutex mutex;
    static std::map<std::pair<std::string, std::string>, std::shared_ptr<const text::TokenCounter>>
        known;
    const std::lock_guard lock(mutex);
    auto& counter = known[{file, rules}];
    if (!counter) counter = text::load_bpe_tokens(file, rules);
    return counter;
}

std::shared_ptr<const text::TokenCounter> counter_for(const config::ChunkSettings& settings,
                                                      model::ChatModel& model) {
    if (settings.vocabulary_file.empty()) return std::make_shared<ModelTokens>(model);
    return vocabulary(settings.vocabulary_file, settings.vocabulary_rules);
}

/// What a page's cut is put down to.
nlohmann::json recorded_policy(const text::ChunkBudget& budget, const config::Settings& settings,
                               model::ChatModel& model) {
    nlohmann::json policy = {{"maximum", budget.policy.maximum},
                             {"overlap", budget.policy.overlap},
                             {"minimum", budget.policy.minimum},
                             {"available", budget.available},
                             {"model", model.name()}};
    if (!settings.chunk.vocabulary_file.empty()) {
        policy["vocabulary"] =
            std::filesystem::path(settings.chunk.vocabulary_file).filename().string();
    }
    return policy;
}

/// Those of the earlier cut that may stay; none if it followed another policy.
std::vector<text::Chunk> kept_chunks(const store::EarlierCut& earlier, const nlohmann::json& policy,
                                     const std::string& page_text) {
    for (const char* rule : {"maximum", "overlap", "minimum", "model", "vocabulary"})
        if (earlier.policy.value(rule, nlohmann::json()) != policy.value(rule, nlohmann::json()))
            return {};
    std::vector<text::Chunk> chunks;
    for (const auto& chunk : earlier.chunks)
        chunks.push_back(
            {{chunk.at("char_start"), chunk.at("char_end")}, chunk.at("fresh_start"), 0});
    return text::unchanged_chunks(earlier.text, chunks, page_text);
}

}  // namespace

text::ChunkBudget chunk_budget_for(const config::Settings& settings,
                                   const contract::Registry& registry, model::ChatModel& model) {
    const auto& profile = config::profile_for(settings, model.name());
    const text::ChunkPolicy policy{profile.chunk_maximum_tokens, profile.chunk_overlap_tokens,
                                   profile.chunk_minimum_tokens};
    const auto counter = counter_for(settings.chunk, model);
    std::optional<text::ChunkBudget> tightest;
    for (const auto& type : registry.all()) {
        if (type.unit != contract::Unit::chunk || !type.asks_model()) continue;
        if (!runs_by_itself(settings, type)) continue;
        const auto fixed = fixed_tokens(registry, type, *counter);
        auto budget = text::chunk_budget({model.context_window(), fixed.prompt, fixed.contract,
                                          fixed.output_reserve, settings.chunk.safety_margin},
                                         policy);
        if (!tightest || budget.available < tightest->available) tightest = std::move(budget);
    }
    return tightest ? *tightest : text::chunk_budget({model.context_window(), 0, 0, 0, 0}, policy);
}

nlohmann::json chunk_source_output(const std::string& page_text, const text::ChunkBudget& budget,
                                   const config::Settings& settings, model::ChatModel& model,
                                   const std::optional<store::EarlierCut>& earlier) {
    const auto counter = counter_for(settings.chunk, model);
    const auto policy = recorded_policy(budget, settings, model);
    auto chunks = nlohmann::json::array();
    for (const auto& chunk : text::chunk_text(
             page_text, budget.policy, *counter, settings.chunk.locale,
             earlier ? kept_chunks(*earlier, policy, page_text) : std::vector<text::Chunk>{}))
        chunks.push_back({{"char_start", chunk.range.start},
                          {"char_end", chunk.range.end},
                          {"fresh_start", chunk.fresh},
                          {"token_count", chunk.tokens}});
    return {{"chunks", std::move(chunks)}, {"policy", policy}};
}

}  // namespace almagest::work
