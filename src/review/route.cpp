#include "review/route.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "error/error.h"

namespace almagest::review {
namespace {

std::string_view next_part(std::string_view& rest) {
    const auto end = std::min(rest.find('/'), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= 18 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_uuid(std::string_view text) {
    return text.size() == 36 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
           });
}

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
    });
}

bool fits(std::string_view name, std::string_view given) {
    if (name == "run_id") return is_uuid(given);
    return name.ends_with("_id") ? is_id(given) : is_word(given);
}

}  // namespace

std::optional<std::map<std::string, std::string>> match(std::string_view pattern,
                                                        std::string_view path) {
    std::map<std::string, std::string> parts;
    if (path.ends_with('/')) return std::nullopt;
    while (!pattern.empty() && !path.empty()) {
        const auto wanted = next_part(pattern);
        const auto given = next_part(path);
        if (wanted.starts_with('{')) {
            const auto name = wanted.substr(1, wanted.size() - 2);
            if (!fits(name, given)) return std::nullopt;
            parts.emplace(name, given);
        } else if (wanted != given) {
            return std::nullopt;
        }
    }
    if (!pattern.empty() || !path.empty()) return std::nullopt;
    return parts;
}

std::int64_t Call::id(const std::string& part) const {
    return std::stoll(parts.at(part));
}

std::optional<std::int64_t> Call::number(const std::string& parameter, std::int64_t least,
                                         std::int64_t most) const {
    const auto found = parameters.find(parameter);
    if (found == parameters.end() || found->second.empty()) return std::nullopt;
    const auto& text = found->second;
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        throw UsageError(
            fmt::format("{} is not a whole number from {} to {}", parameter, least, most));
    return value;
}

}  // namespace almagest::review
