#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/job_type.h"
#include "contract/passage_names.h"
#include "text/code_points.h"
#include "text/eras.h"

namespace almagest::contract {

/// What a call is about: one passage of one page.
struct Passage {
    std::string page_title;
    std::string text;                       ///< the chunk's text
    std::size_t offset = 0;                 ///< code point of the page where the text starts
    std::vector<text::Range> sentences;     ///< code points of `text`
    std::vector<text::Range> headings;      ///< lines of `text` that are shown but not numbered
    std::vector<std::string> entity_names;  ///< known in this passage, in order of occurrence
    std::vector<std::string> entity_types;  ///< of the same length
    std::string context{};                  ///< told before the passage, no part of it; or ""
    std::string page_type;                  ///< primary type if the page was classified, or ""
    nlohmann::json payload;                 ///< the job's own, or null
    std::optional<PassageNames> names{};    ///< found by the program, where the contract asks so
    text::Calendar calendar{};              ///< how the pages' world counts its years
};

/// The placeholders that prompts may use: {{page_title}}, {{page_type}}, {{passage}},
/// {{sentences}} (numbered "[1] …", one a line, headings between them without a number, with the
/// name in place of a pronoun whose antecedent is known),
/// {{entities}} (compact JSON array of {name,type}),
/// {{entity_names}} (one a line), {{context}}.
[[nodiscard]] const std::vector<std::string>& known_placeholders();

/// Fills a prompt. Values are data: placeholders inside them are not filled again, and "<|", with
/// which the control tokens of chat templates begin, becomes "< |".
[[nodiscard]] std::vector<PromptMessage> render(const std::vector<PromptMessage>& prompt,
                                                const Passage& passage);

/// The schema for one call: members marked "x-narrow" take the passage's own limits
/// ("entity_names": enum of the names; "sentence": 1 … number of sentences; "item_cap": maxItems
/// from the number of sentences times "x-per-sentence", at least "x-at-least", at most "x-at-most"
/// beside it; "payload": enum of what the payload's members "x-members" hold; "names": an object
/// with one required member a name that the program found; "sentences": an object with one required
/// member a numbered sentence that can relate two names; inside it "sentence_ends": enum of the
/// names that it may be about, "name_cap": maxItems no more than the names in it, "distinct_ends":
/// anyOf of a list's forms whose first and last items differ and are not both from elsewhere). What
/// the program could not look for (Passage::names is empty) is not narrowed. A list whose items
/// nothing can fit, for want of names or sentences, may only be empty. Everything that starts with
/// "x-" is dropped from the result. What validates against the narrowed schema validates against
/// the contract's. Throws UsageError on an unknown "x-narrow".
[[nodiscard]] nlohmann::ordered_json narrow(const nlohmann::ordered_json& schema,
                                            const Passage& passage);

}  // namespace almagest::contract
