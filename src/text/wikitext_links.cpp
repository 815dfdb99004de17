#include "text/wikitext_links.h"

#include <unicode/unistr.h>

#include <algorithm>

#include "text/wikitext_markup.h"

namespace almagest::text {
namespace {

constexpr int kFile = 6;
constexpr int kMedia = -2;
constexpr int kCategory = 14;

std::string lower_key(std::string_view name) {
    std::string key;
    icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int>(name.size())))
        .foldCase()
        .toUTF8String(key);
    return key;
}

/// A language's code, as links to other wikis begin: "fr", "pt-br", "simple".
bool is_language(std::string_view prefix) {
    const auto letters = [](std::string_view part) {
        return std::all_of(part.begin(), part.end(),
                           [](char byte) { return byte >= 'a' && byte <= 'z'; });
    };
    if (prefix == "simple") return true;
    const std::size_t hyphen = prefix.find('-');
    const std::string_view code = prefix.substr(0, hyphen);
    return (code.size() == 2 || code.size() == 3) && letters(code) &&
           (hyphen == std::string_view::npos || letters(prefix.substr(hyphen + 1)));
}

}  // namespace

LinkNames::LinkNames(const WikiSite& site)
    : files_{"file", "image", "media"}, categories_{"category"} {
    for (const auto& [number, name] : site.namespaces) {
        if (name.empty()) continue;
        if (number == kFile || number == kMedia) files_.push_back(lower_key(name));
        if (number == kCategory) categories_.push_back(lower_key(name));
    }
}

LinkKind LinkNames::kind_of(std::string_view target) const {
    target = trimmed(target);
    const std::size_t colon = target.find(':');
    if (colon == std::string_view::npos || colon == 0) return LinkKind::page;
    const std::string_view prefix = trimmed(target.substr(0, colon));
    if (is_language(prefix)) return LinkKind::language;
    const std::string name = lower_key(prefix);
    const auto holds = [&name](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (holds(files_)) return LinkKind::file;
    return holds(categories_) ? LinkKind::category : LinkKind::page;
}

std::string_view shown_target(std::string_view target) {
    target = trimmed(target);
    if (target.starts_with(':')) target.remove_prefix(1);
    return target;
}

std::string_view pipe_trick(std::string_view target) {
    target = shown_target(target);
    if (const auto colon = target.find(':'); colon != std::string_view::npos)
        target.remove_prefix(colon + 1);
    if (const auto bracket = target.find(" (");
        bracket != std::string_view::npos && target.ends_with(')'))
        return trimmed(target.substr(0, bracket));
    return trimmed(target.substr(0, target.find(", ")));
}

}  // namespace almagest::text
