#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "contract/job_type.h"
#include "contract/mention.h"

namespace almagest::contract {

/// A shorter name of an answer and what it stands for: "Murdock" or "Ian" for "Ian Murdock".
struct ShortName {
    std::string name;
    std::string full;
};
using ShortNames = std::map<std::string, ShortName>;  ///< by the shorter name's key

/// Among the items of a list that have one of the rule's types: a name is short for another when it
/// is that one's beginning or end, as whole words, the passage has the longer one first, and only
/// one longer name fits.
[[nodiscard]] ShortNames short_names(const ShortNameRule& rule, const nlohmann::json& items,
                                     std::string_view passage);

/// Finds a name as contract::find_mention does, in full and short, whichever of them it is.
[[nodiscard]] Mention find_mention(std::string_view passage, const std::string& name,
                                   const ShortNames& short_names);

/// The key of a name, or of what it is short for.
[[nodiscard]] std::string full_key(const std::string& key, const ShortNames& short_names);

}  // namespace almagest::contract
