#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "contract/job_type.h"

namespace almagest::contract {

/// Does an item hold a text of three words or more that stands word for word in the prompt but not
/// in the passage? Such a text was copied from the prompt's example.
[[nodiscard]] bool copies_the_prompt(const nlohmann::json& item, std::string_view prompt,
                                     std::string_view passage);

/// "" when the identifiers of an item are among those of the payload and none comes twice, else
/// what is wrong.
[[nodiscard]] std::string identifier_fault(const IdentifierRule& rule, const nlohmann::json& item,
                                           const nlohmann::json& payload);

/// Takes over members of the item of the looked-up list that has a mention's name: "subject_family"
/// from its "family". What the list does not name is taken out.
void look_up(const LookUpRule& rule, const std::vector<std::string>& mentions,
             const nlohmann::json& answer, nlohmann::json* item);

enum class Stated { word_for_word, in_its_words, not_at_all };

/// Does a text state a value: a number, or text?
[[nodiscard]] Stated stated(const nlohmann::json& value, std::string_view text);

/// A list of {key, value} as an object; of keys that come twice the first counts.
[[nodiscard]] nlohmann::json as_map(const nlohmann::json& list, const std::string& key,
                                    const std::string& value);

}  // namespace almagest::contract
