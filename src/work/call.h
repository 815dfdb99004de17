#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "contract/job_type.h"
#include "contract/prompt.h"
#include "model/chat.h"
#include "store/knowledge.h"
#include "text/tokens.h"

namespace almagest::work {

/// One question to the model, ready to be sent, with the passage that its answer is checked
/// against.
struct Call {
    contract::Passage passage;
    model::ChatRequest request;
};

/// Is a type part of every run: by the profile of the command's model, else by its contract, or
/// because the configuration enables it?
[[nodiscard]] bool runs_by_itself(const config::Settings& settings, const contract::JobType& type);

/// The conversation of a job type: the prompts of the types that it continues, oldest first, then
/// its own. Throws UsageError when the chain loops.
[[nodiscard]] std::vector<contract::PromptMessage> conversation(const contract::Registry& registry,
                                                                const contract::JobType& type);

/// The passage of a text that starts at code point `offset` of its page: sentences numbered,
/// headings kept apart.
[[nodiscard]] contract::Passage passage_of(std::string title, std::string text, std::size_t offset,
                                           const std::string& locale);

/// What a question about a whole page is asked about: its beginning, as long as a chunk for the
/// profile's models may be.
[[nodiscard]] contract::Passage beginning_of(std::string title, const std::string& page_text,
                                             const config::Settings& settings,
                                             const config::ModelProfile& profile);

/// What a chunk of a page is told beforehand, as the profile wants it; "" where it wants nothing.
[[nodiscard]] std::string context_of(const config::ModelProfile& profile,
                                     const store::StoredPage& page,
                                     const std::vector<store::ChunkEntity>& earlier);

/// Is there anything in a passage that the type could say something about: a sentence, a name where
/// the program finds names, two entities where the type goes on about those that are known?
[[nodiscard]] bool can_be_asked(const contract::JobType& type, const contract::Passage& passage);

/// Puts passage, prompt and narrowed schema together. `temperature` rises a little with each
/// attempt so that a repeated question can have another answer. A passage's context comes before
/// the first message of the user.
[[nodiscard]] Call compose(const contract::Registry& registry, const contract::JobType& type,
                           contract::Passage passage, double temperature, int attempt);

/// Tokens of a type's fixed text: its conversation around an empty passage, and its schema.
struct FixedTokens {
    std::size_t prompt = 0;
    std::size_t contract = 0;
    std::size_t output_reserve = 0;  ///< of the type and of those that it continues
};
[[nodiscard]] FixedTokens fixed_tokens(const contract::Registry& registry,
                                       const contract::JobType& type,
                                       const text::TokenCounter& counter);

}  // namespace almagest::work
