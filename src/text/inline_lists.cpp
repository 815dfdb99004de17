#include "text/inline_lists.h"

#include <cstdint>
#include <optional>

namespace almagest::text {
namespace {

enum class Style : std::uint8_t { stop, bracket, both };

struct Marker {
    unsigned value = 0;
    bool letter = false;
    bool bullet = false;
    Style style = Style::stop;
    std::size_t content = 0;

    [[nodiscard]] bool follows(const Marker& other) const {
        return value == other.value + 1 && letter == other.letter && bullet == other.bullet &&
               style == other.style;
    }
};

bool is_space(char16_t c) {
    return c == u' ' || c == u'\t' || c == 0xA0;
}

bool is_bullet(char16_t c) {
    return c == 0x2022 || c == 0x2043 || c == u'-' || c == u'*';
}

std::optional<Marker> marker_at(std::u16string_view line, std::size_t at) {
    constexpr std::size_t most_digits = 3;
    constexpr unsigned ten = 10;
    const auto character = [line](std::size_t i) { return i < line.size() ? line[i] : u'\0'; };
    const auto is_digit = [&](std::size_t i) {
        return character(i) >= u'0' && character(i) <= u'9';
    };
    Marker marker;
    if (is_bullet(character(at))) {
        marker.bullet = true;
        ++at;
        while (is_space(character(at))) ++at;
    }
    const auto first = at;
    if (character(at) >= u'a' && character(at) <= u'z') {
        marker.letter = true;
        marker.value = character(at++) - u'a' + 1U;
    } else {
        for (; at < first + most_digits && is_digit(at); ++at) {
            marker.value = marker.value * ten + (character(at) - u'0');
        }
    }
    if (at == first) return std::nullopt;
    const bool stop = character(at) == u'.';
    if (stop) ++at;
    const bool bracket = character(at) == u')';
    if (bracket) ++at;
    if (!(stop || bracket) || !is_space(character(at))) return std::nullopt;
    marker.style = stop && bracket ? Style::both : stop ? Style::stop : Style::bracket;
    while (is_space(character(at))) ++at;
    if (at >= line.size()) return std::nullopt;
    marker.content = at;
    return marker;
}

}  // namespace

std::vector<InlineItem> inline_items(std::u16string_view line) {
    constexpr std::size_t least_of_stops = 2;
    std::size_t at = 0;
    while (at < line.size() && is_space(line[at])) ++at;
    const auto first = marker_at(line, at);
    if (!first || (!first->bullet && first->value != 1)) return {};
    std::vector<InlineItem> items;
    auto last = *first;
    for (at = first->content; at < line.size(); ++at) {
        if (!is_space(line[at - 1]) || is_space(line[at])) continue;
        const auto marker = marker_at(line, at);
        if (!marker || !marker->follows(last)) continue;
        items.push_back({at, marker->content});
        last = *marker;
        at = marker->content - 1;
    }
    const bool is_doubtful = first->style == Style::stop && !first->bullet;
    if (is_doubtful && items.size() < least_of_stops) return {};
    return items;
}

}  // namespace almagest::text
