#include "contract/repair_scan.h"

#include <algorithm>
#include <array>

namespace almagest::contract::scan {
namespace {

using namespace std::string_view_literals;

constexpr std::array wide_spaces{"\u00A0"sv, "\u180E"sv, "\u2000"sv, "\u2001"sv, "\u2002"sv,
                                 "\u2003"sv, "\u2004"sv, "\u2005"sv, "\u2006"sv, "\u2007"sv,
                                 "\u2008"sv, "\u2009"sv, "\u200A"sv, "\u200B"sv, "\u2028"sv,
                                 "\u2029"sv, "\u202F"sv, "\u205F"sv, "\u3000"sv, "\uFEFF"sv};

constexpr std::array quotes{"\""sv, "'"sv, "“"sv, "”"sv, "„"sv, "‘"sv, "’"sv, "`"sv, "´"sv};

std::size_t one_of(std::string_view text, std::size_t position, const auto& marks) {
    if (position >= text.size()) return 0;
    for (const auto mark : marks) {
        if (text.substr(position).starts_with(mark)) return mark.size();
    }
    return 0;
}

}  // namespace

std::size_t space(std::string_view text, std::size_t position) {
    if (position >= text.size()) return 0;
    const char c = text[position];
    if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
    return static_cast<unsigned char>(c) < 0x80 ? 0 : one_of(text, position, wide_spaces);
}

std::size_t quote(std::string_view text, std::size_t position) {
    return one_of(text, position, quotes);
}

std::size_t closing_quote(std::string_view text, std::size_t position, std::string_view opening) {
    if (opening == "\"" || opening == "'") {
        return position < text.size() && text.substr(position).starts_with(opening) ? 1 : 0;
    }
    static constexpr std::array doubles{"”"sv, "“"sv, "\""sv};
    static constexpr std::array singles{"’"sv, "‘"sv, "'"sv};
    static constexpr std::array ticks{"´"sv, "`"sv, "'"sv};
    if (opening == "“" || opening == "”" || opening == "„") return one_of(text, position, doubles);
    return one_of(text, position, opening == "`" || opening == "´" ? ticks : singles);
}

bool fence(std::string_view text, std::size_t position) {
    if (position >= text.size()) return false;
    const auto rest = text.substr(position);
    return rest.starts_with("```") || rest.starts_with("~~~");
}

std::size_t ellipsis(std::string_view text, std::size_t position) {
    if (position >= text.size()) return 0;
    const auto rest = text.substr(position);
    if (rest.starts_with("…")) return "…"sv.size();
    if (!rest.starts_with("...")) return 0;
    const auto end = rest.find_first_not_of('.');
    return end == std::string_view::npos ? rest.size() : end;
}

std::size_t blanks(std::string_view text, std::size_t position, std::size_t limit) {
    limit = std::min(limit, text.size());
    while (position < limit) {
        const auto length = space(text, position);
        const auto rest = text.substr(position, limit - position);
        if (length > 0) {
            position += length;
        } else if (rest.starts_with("/*")) {
            const auto end = rest.find("*/", 2);
            position = end == std::string_view::npos ? limit : position + end + 2;
        } else if (rest.starts_with("//") || rest.starts_with('#')) {
            const auto end = rest.find('\n');
            position = end == std::string_view::npos ? limit : position + end + 1;
        } else {
            return position;
        }
    }
    return std::min(position, limit);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool bare_key(std::string_view text, std::size_t position, std::size_t* end) {
    constexpr std::size_t longest = 64;
    const auto limit = std::min(text.size(), position + longest);
    std::size_t at = position;
    while (at < limit && (is_word(text[at]) || text[at] == '-') && space(text, at) == 0 &&
           quote(text, at) == 0) {
        ++at;
    }
    if (at == position || at == limit) return false;
    if (end != nullptr) *end = at;
    while (at < limit && (text[at] == ' ' || text[at] == '\t')) ++at;
    return at < limit && text[at] == ':' && !text.substr(at).starts_with("://");
}

std::string_view trimmed(std::string_view text) {
    std::size_t start = 0;
    while (const auto length = space(text, start)) start += length;
    text.remove_prefix(start);
    // From the back: a space of several bytes ends where one of these lengths fits it whole.
    for (bool again = true; again && !text.empty();) {
        again = false;
        for (const std::size_t length : {1U, 2U, 3U}) {
            if (text.size() >= length && space(text, text.size() - length) == length) {
                text.remove_suffix(length);
                again = true;
                break;
            }
        }
    }
    return text;
}

}  // namespace almagest::contract::scan
