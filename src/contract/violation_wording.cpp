#include "contract/violation_wording.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

#include "text/code_points.h"

namespace almagest::contract {
namespace {

constexpr std::size_t longest_shown = 40;  // code points

std::string shown(const nlohmann::json& value) {
    if (!value.is_string()) return value.is_structured() ? value.type_name() : value.dump();
    const auto& text = value.get_ref<const std::string&>();
    const text::CodePointIndex index(text);
    if (index.size() <= longest_shown) return "“" + text + "”";
    return "“" + std::string(index.slice({0, longest_shown})) + "…”";
}

std::string kind_of(const nlohmann::json& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    if (value.is_string()) return "text (" + shown(value) + ")";
    if (value.is_boolean()) return "true or false";
    return value.is_null() ? "null" : "the number " + value.dump();
}

/// What stands between `before` and `after` in a message; nullopt: it is another message.
std::optional<std::string> between(std::string_view message, std::string_view before,
                                   std::string_view after) {
    const auto start = message.find(before);
    if (start == std::string_view::npos) return std::nullopt;
    const auto rest = message.substr(start + before.size());
    const auto end = rest.find(after);
    if (end == std::string_view::npos) return std::nullopt;
    return std::string(rest.substr(0, end));
}

std::string number(std::string text) {
    if (text.find('.') == std::string::npos) return text;
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
    return text;
}

struct Measure {
    std::string_view before;
    std::string_view after;
    std::string_view words;
};

/// Limits: what was found, then the limit.
constexpr std::array<Measure, 6> sizes{{
    {"Array should contain no more than ", " ", "has {} items; at most {} are allowed"},
    {"Array should contain no fewer than ", " ", "has {} items; at least {} are needed"},
    {"String should be no more than ", " ", "has {} characters; at most {} are allowed"},
    {"String should be no fewer than ", " ", "has {} characters; at least {} are needed"},
    {"Object should have no more than ", " ", "has {} members; at most {} are allowed"},
    {"Object should have no fewer than ", " ", "has {} members; at least {} are needed"},
}};

std::size_t size_of(const nlohmann::json& value) {
    return value.is_string() ? text::code_point_count(value.get_ref<const std::string&>())
                             : value.size();
}

std::optional<std::string> about_size(const std::string& message, const nlohmann::json& value) {
    for (const auto& [before, after, words] : sizes)
        if (const auto limit = between(message + " ", before, after))
            return fmt::format(fmt::runtime(words), size_of(value), *limit);
    return std::nullopt;
}

std::optional<std::string> about_number(const std::string& message, const nlohmann::json& value) {
    constexpr std::array<Measure, 5> bounds{{
        {"Expected number less than or equal to ", "\n", "is {}; at most {} is allowed"},
        {"Expected number less than ", "\n", "is {}; it must be less than {}"},
        {"Expected number greater than or equal to ", "\n", "is {}; at least {} is needed"},
        {"Expected number greater than ", "\n", "is {}; it must be more than {}"},
        {"Value should be a multiple of ", "\n", "is {}, which is no multiple of {}"},
    }};
    for (const auto& [before, after, words] : bounds)
        if (const auto limit = between(message + "\n", before, after))
            return fmt::format(fmt::runtime(words), value.dump(), number(*limit));
    return std::nullopt;
}

std::optional<std::string> about_members(const std::string& message) {
    if (const auto name = between(message, "Missing required property '", "'"))
        return "lacks the member “" + *name + "”";
    if (const auto name = between(message, "Missing dependency '", "'"))
        return "lacks the member “" + *name + "”, which another member asks for";
    if (!message.starts_with("Object contains a property ")) return std::nullopt;
    const auto name = between(message, "constraints: '", "'");
    return "has the member “" + name.value_or("") + "”, which is not allowed here";
}

}  // namespace

std::string plain_wording(const std::string& message, const nlohmann::json* value) {
    if (auto said = about_members(message)) return *std::move(said);
    if (value == nullptr) return message;
    if (message.starts_with("Value type not permitted"))
        return "is " + kind_of(*value) + ", which is not allowed here";
    if (message.starts_with("Failed to match against any enum values"))
        return "is " + shown(*value) + ", which is none of the values to choose from";
    if (message.starts_with("Failed to match expected value set by 'const'"))
        return "is " + shown(*value) + ", which is not the value that must stand here";
    if (message.starts_with("Failed to match regex"))
        return "is " + shown(*value) + ", which does not have the form that is asked for";
    if (message.starts_with("Elements at indexes #")) return "holds an item twice";
    if (auto said = about_size(message, *value)) return *std::move(said);
    if (auto said = about_number(message, *value)) return *std::move(said);
    return message;
}

}  // namespace almagest::contract
