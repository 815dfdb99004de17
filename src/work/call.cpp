#include "work/call.h"

#include <algorithm>
#include <cctype>

#include "error/error.h"
#include "text/chunker.h"
#include "text/code_points.h"
#include "text/sentences.h"

namespace almagest::work {
namespace {

constexpr double temperature_step = 0.2;

bool is_heading(std::string_view line) {
    const auto hashes = line.find_first_not_of('#');
    return hashes > 0 && hashes != std::string_view::npos && hashes <= 6 && line[hashes] == ' ';
}

/// The types that `type` goes on from, oldest first, itself last.
std::vector<const contract::JobType*> chain(const contract::Registry& registry,
                                            const contract::JobType& type) {
    std::vector<const contract::JobType*> types{&type};
    while (types.back()->continues) {
        const auto& earlier = registry.find(*types.back()->continues);
        if (std::find(types.begin(), types.end(), &earlier) != types.end())
            throw UsageError("contracts: " + type.job_type +
                             " continues itself in a circle; mend `continues` in its job.yaml");
        types.push_back(&earlier);
    }
    std::reverse(types.begin(), types.end());
    return types;
}

}  // namespace

bool runs_by_itself(const config::Settings& settings, const contract::JobType& type) {
    const auto names = [&](const std::vector<std::string>& types) {
        return std::find(types.begin(), types.end(), type.job_type) != types.end();
    };
    if (names(settings.contracts.enabled)) return true;
    const auto& llm = settings.llm;
    const auto& reading =
        config::profile_for(settings, llm.read_with.empty() ? llm.model : llm.read_with).reading;
    // The program's own steps are none of a model's business.
    return reading.empty() || !type.asks_model() ? !type.on_demand : names(reading);
}

std::vector<contract::PromptMessage> conversation(const contract::Registry& registry,
                                                  const contract::JobType& type) {
    std::vector<contract::PromptMessage> messages;
    for (const auto* part : chain(registry, type))
        messages.insert(messages.end(), part->prompt.begin(), part->prompt.end());
    return messages;
}

contract::Passage passage_of(std::string title, std::string text, std::size_t offset,
                             const std::string& locale) {
    contract::Passage passage;
    passage.page_title = std::move(title);
    passage.text = std::move(text);
    passage.offset = offset;
    const text::CodePointIndex index(passage.text);
    for (const auto& range : text::sentences(passage.text, locale))
        (is_heading(index.slice(range)) ? passage.headings : passage.sentences).push_back(range);
    return passage;
}

contract::Passage beginning_of(std::string title, const std::string& page_text,
                               const config::Settings& settings,
                               const config::ModelProfile& profile) {
    const text::EstimatedTokens estimate(settings.chunk.characters_per_token);
    const auto beginning = text::chunk_text(page_text, {profile.chunk_maximum_tokens, 0, 0},
                                            estimate, settings.chunk.locale)
                               .front();
    const text::CodePointIndex index(page_text);
    return passage_of(std::move(title), std::string(index.slice(beginning.range)), 0,
                      settings.chunk.locale);
}

std::string context_of(const config::ModelProfile& profile, const store::StoredPage& page,
                       const std::vector<store::ChunkEntity>& earlier) {
    std::string context;
    if (profile.page_context)
        context = "The passage is from the page \"" + page.title + "\"" +
                  (page.primary_type.empty() ? "" : ", of the kind " + page.primary_type) + ".";
    if (profile.earlier_entities == 0 || earlier.empty()) return context;
    std::string names;
    for (const auto& entity : earlier)
        names += (names.empty() ? "" : ", ") + entity.name +
                 (entity.type.empty() ? "" : " (" + entity.type + ")");
    return context + (context.empty() ? "" : " ") + "Named before it: " + names +
           ". Pronouns may mean them.";
}

bool can_be_asked(const contract::JobType& type, const contract::Passage& passage) {
    if (passage.sentences.empty()) return false;
    if (type.continues && passage.entity_names.size() < 2) return false;
    if (!type.names) return true;
    const auto names = passage.names ? passage.names : contract::find_names(*type.names, passage);
    return !names || !names->names.empty();
}

Call compose(const contract::Registry& registry, const contract::JobType& type,
             contract::Passage passage, double temperature, int attempt) {
    Call call;
    if (type.names && !passage.names) passage.names = contract::find_names(*type.names, passage);
    auto prompt = conversation(registry, type);
    if (const auto first = std::find_if(prompt.begin(), prompt.end(),
                                        [](const auto& message) { return message.role == "user"; });
        first != prompt.end() && !passage.context.empty())
        first->text = "{{context}}\n\n" + first->text;
    for (auto& message : contract::render(prompt, passage))
        call.request.messages.push_back({std::move(message.role), std::move(message.text)});
    call.request.schema = contract::narrow(type.output_schema, passage);
    call.request.schema_name = type.job_type;
    call.request.maximum_tokens = type.output_reserve_tokens;
    call.request.temperature = temperature + temperature_step * std::max(0, attempt - 1);
    call.passage = std::move(passage);
    return call;
}

FixedTokens fixed_tokens(const contract::Registry& registry, const contract::JobType& type,
                         const text::TokenCounter& counter) {
    FixedTokens tokens;
    std::string prompt;
    const contract::Passage nothing;
    for (const auto& message : contract::render(conversation(registry, type), nothing))
        prompt += message.role + "\n" + message.text + "\n";
    tokens.prompt = counter.count(prompt);
    tokens.contract = counter.count(contract::narrow(type.output_schema, nothing).dump());
    for (const auto* part : chain(registry, type))
        tokens.output_reserve += part->output_reserve_tokens;
    return tokens;
}

}  // namespace almagest::work
