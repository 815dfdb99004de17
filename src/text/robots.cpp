#include "text/robots.h"

#include <algorithm>

namespace almagest::text {
namespace {

constexpr std::size_t kMostBytes = 500UL * 1024;
constexpr std::size_t kLongestPattern = 2048;

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    });
    return result;
}

/// The product token that a group is for: "almagest" of "Almagest/2".
std::string product_of(std::string_view value) {
    if (value == "*") return "*";
    const std::size_t end =
        value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
    return lower(value.substr(0, end));
}

/// Does `pattern` ("*" any characters, "$" at its end the end) match from the start of `target`?
bool matches(std::string_view pattern, std::string_view target) {
    const bool to_the_end = pattern.ends_with('$');
    if (to_the_end) pattern.remove_suffix(1);
    bool anywhere = false;  // the piece may begin later
    while (true) {
        const std::size_t star = pattern.find('*');
        const std::string_view piece = pattern.substr(0, star);
        if (star == std::string_view::npos && to_the_end && anywhere)
            return target.ends_with(piece);
        if (anywhere) {
            const std::size_t at = target.find(piece);
            if (at == std::string_view::npos) return false;
            target.remove_prefix(at);
        }
        if (!target.starts_with(piece)) return false;
        target.remove_prefix(piece.size());
        if (star == std::string_view::npos) return !to_the_end || target.empty();
        pattern.remove_prefix(star + 1);
        anywhere = true;
    }
}

}  // namespace

RobotsRules::RobotsRules(std::string_view robots_txt, std::string_view product) {
    std::string_view rest = robots_txt.substr(0, kMostBytes);
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    std::vector<Rule> everyone;
    bool named = false;
    bool for_us = false;
    bool for_all = false;
    bool in_agents = false;  // several user-agent lines begin one group
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        line = line.substr(0, line.find('#'));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string key = lower(trimmed(line.substr(0, colon)));
        const std::string_view value = trimmed(line.substr(colon + 1));
        if (key == "user-agent") {
            if (!in_agents) for_us = for_all = false;
            in_agents = true;
            const std::string agent = product_of(value);
            for_all = for_all || agent == "*";
            for_us = for_us || agent == product;
            named = named || for_us;
        } else if (key == "allow" || key == "disallow") {
            in_agents = false;
            if (value.empty() || value.size() > kLongestPattern) continue;
            if (for_us) rules_.push_back({std::string(value), key == "allow"});
            if (for_all) everyone.push_back({std::string(value), key == "allow"});
        }
    }
    if (!named) rules_ = std::move(everyone);
}

bool RobotsRules::allows(std::string_view target) const {
    if (target == "/robots.txt") return true;
    const Rule* longest = nullptr;
    for (const auto& rule : rules_) {
        if (!matches(rule.pattern, target)) continue;
        if (longest == nullptr || rule.pattern.size() > longest->pattern.size() ||
            (rule.pattern.size() == longest->pattern.size() && rule.allows))
            longest = &rule;
    }
    return longest == nullptr || longest->allows;
}

}  // namespace almagest::text
