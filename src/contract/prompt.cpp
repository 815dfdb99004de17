#include "contract/prompt.h"

#include <fmt/format.h>

#include <algorithm>

#include "contract/job_folder.h"
#include "error/error.h"
#include "text/code_points.h"

namespace almagest::contract {
namespace {

/// Calls `on_text` and `on_placeholder` for the parts of a template, in order.
template <typename OnText, typename OnPlaceholder>
void walk(std::string_view text, OnText on_text, OnPlaceholder on_placeholder) {
    while (true) {
        const auto opening = text.find("{{");
        const auto closing =
            opening == std::string_view::npos ? opening : text.find("}}", opening + 2);
        if (closing == std::string_view::npos) {
            on_text(text);
            return;
        }
        on_text(text.substr(0, opening));
        on_placeholder(text.substr(opening + 2, closing - opening - 2));
        text.remove_prefix(closing + 2);
    }
}

/// "<|" begins a chat template's control tokens; text from a page must not hold one.
std::string as_data(std::string text) {
    for (auto at = text.find("<|"); at != std::string::npos; at = text.find("<|", at + 3)) {
        text.insert(at + 1, " ");
    }
    return text;
}

std::string on_one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool blank = c == '\n' || c == '\r' || c == '\t' || c == ' ';
        if (!blank) {
            line.push_back(c);
        } else if (!line.empty() && line.back() != ' ') {
            line.push_back(' ');
        }
    }
    if (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

/// A sentence with the name that its pronoun stands for in the pronoun's place.
std::string explicit_sentence(const Passage& passage, const text::CodePointIndex& index,
                              std::size_t sentence) {
    const auto& range = passage.sentences[sentence];
    const auto* antecedent = passage.names ? passage.names->antecedent_in(sentence) : nullptr;
    if (antecedent == nullptr) return std::string(index.slice(range));
    return std::string(index.slice({range.start, antecedent->pronoun.start})) +
           passage.names->names[antecedent->name] + (antecedent->possessive ? "'s" : "") +
           std::string(index.slice({antecedent->pronoun.end, range.end}));
}

/// Sentences and headings in the order of the text; only sentences are numbered.
std::string numbered_sentences(const Passage& passage) {
    const text::CodePointIndex index(passage.text);
    std::string lines;
    auto heading = passage.headings.begin();
    const auto add_headings = [&](std::size_t before) {
        for (; heading != passage.headings.end() && heading->start < before; ++heading) {
            lines += (lines.empty() ? "" : "\n") + on_one_line(index.slice(*heading));
        }
    };
    for (std::size_t i = 0; i < passage.sentences.size(); ++i) {
        add_headings(passage.sentences[i].start);
        lines += fmt::format("{}[{}] {}", lines.empty() ? "" : "\n", i + 1,
                             on_one_line(explicit_sentence(passage, index, i)));
    }
    add_headings(index.size() + 1);
    return lines;
}

std::string entities(const Passage& passage) {
    auto list = nlohmann::json::array();
    for (std::size_t i = 0; i < passage.entity_names.size(); ++i) {
        const auto type = i < passage.entity_types.size() ? passage.entity_types[i] : "";
        list.push_back({{"name", passage.entity_names[i]}, {"type", type}});
    }
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string value_of(std::string_view placeholder, const Passage& passage) {
    if (placeholder == "page_title") return on_one_line(passage.page_title);
    if (placeholder == "context") return on_one_line(passage.context);
    if (placeholder == "page_type") return on_one_line(passage.page_type);
    if (placeholder == "passage") return passage.text;
    if (placeholder == "sentences") return numbered_sentences(passage);
    if (placeholder == "entities") return entities(passage);
    if (placeholder == "entity_names") {
        std::string lines;
        for (const auto& name : passage.entity_names) {
            lines += (lines.empty() ? "" : "\n") + on_one_line(name);
        }
        return lines;
    }
    throw UsageError(fmt::format("the prompt has the unknown placeholder {{{{{}}}}}", placeholder));
}

std::string_view role_of(std::string_view line) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    for (const std::string_view role : {"system", "user", "assistant"}) {
        if (line.starts_with("# ") && line.substr(2) == role) return role;
    }
    return {};
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

void check_prompt(const std::vector<PromptMessage>& prompt) {
    if (prompt.empty())
        throw UsageError("prompt.md has no part; begin it with a line \"# system\"");
    for (std::size_t i = 0; i < prompt.size(); ++i) {
        const auto& [role, text] = prompt[i];
        if (text.empty())
            throw UsageError(fmt::format("prompt.md has an empty part \"# {}\"", role));
        if (role == "system" && i > 0)
            throw UsageError("prompt.md has \"# system\" not as its first part");
        walk(
            text, [](std::string_view) {},
            [](std::string_view name) {
                const auto& known = known_placeholders();
                if (std::find(known.begin(), known.end(), name) == known.end()) {
                    throw UsageError(
                        fmt::format("prompt.md has the unknown placeholder {{{{{}}}}}", name));
                }
            });
    }
    if (prompt.back().role != "user")
        throw UsageError("prompt.md does not end with a part \"# user\"");
}

}  // namespace

const std::vector<std::string>& known_placeholders() {
    static const std::vector<std::string> known{
        "page_title", "page_type", "passage", "sentences", "entities", "entity_names", "context"};
    return known;
}

std::vector<PromptMessage> render(const std::vector<PromptMessage>& prompt,
                                  const Passage& passage) {
    std::vector<PromptMessage> filled;
    for (const auto& message : prompt) {
        std::string text;
        walk(
            message.text, [&](std::string_view part) { text += part; },
            [&](std::string_view name) { text += as_data(value_of(name, passage)); });
        filled.push_back({message.role, std::move(text)});
    }
    return filled;
}

std::vector<PromptMessage> parse_prompt(std::string_view text) {
    std::vector<PromptMessage> prompt;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (const auto role = role_of(line); !role.empty()) {
            prompt.push_back({std::string(role), {}});
        } else if (!prompt.empty()) {
            prompt.back().text += std::string(line) + '\n';
        } else if (!trimmed(line).empty()) {
            throw UsageError(
                "prompt.md has text before its first part; begin it with \"# system\"");
        }
    }
    for (auto& message : prompt) message.text = trimmed(message.text);
    check_prompt(prompt);
    return prompt;
}

}  // namespace almagest::contract
