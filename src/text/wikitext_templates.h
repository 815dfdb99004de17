#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace almagest::text {

/// A template's call: arguments are flow without line breaks, empty ones left out.
struct TemplateCall {
    std::string name;
    std::vector<std::string> values;                          ///< those without a name
    std::vector<std::pair<std::string, std::string>> fields;  ///< those with one, in their order
};

/// Templates that say nothing about the page's subject: citations, navigation, upkeep.
[[nodiscard]] bool says_nothing(const std::string& name);

/// What a call inside of a line reads as.
[[nodiscard]] std::string inline_text(const TemplateCall& call);

/// What a call on lines of its own reads as: its name and its fields, each a line; none where the
/// call has no fields.
[[nodiscard]] std::vector<std::string> block_lines(const TemplateCall& call);

}  // namespace almagest::text
