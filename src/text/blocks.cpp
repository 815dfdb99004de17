#include "text/blocks.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace almagest::text {
namespace {

bool is_space(char16_t c) {
    return c < 0x80 ? c == u' ' || (c >= 9 && c <= 13) : u_isUWhiteSpace(c) != 0;
}

bool is_digit(char16_t c) {
    return c >= u'0' && c <= u'9';
}

enum class LineKind { blank, prose, item, whole };

/// A line of the text, [start, end) in UTF-16 without its line break.
struct Line {
    std::size_t start = 0;
    std::size_t end = 0;
    LineKind kind = LineKind::prose;
};

/// Cells parted by " | ", unless they are so long that the bars must stand in prose.
bool is_table_row(std::u16string_view line) {
    constexpr std::u16string_view bar = u" | ";
    constexpr std::size_t longest_cell = 2000;  // on average
    std::size_t bars = 0;
    for (auto at = line.find(bar); at != std::u16string_view::npos; at = line.find(bar, at + 1)) {
        ++bars;
    }
    return bars > 0 && line.size() / (bars + 1) <= longest_cell;
}

LineKind kind_of(std::u16string_view line) {
    std::size_t i = 0;
    while (i < line.size() && is_space(line[i])) ++i;
    if (i == line.size()) return LineKind::blank;
    line.remove_prefix(i);
    std::size_t marks = 0;
    while (marks < line.size() && line[marks] == u'#') ++marks;
    if (marks >= 1 && marks <= 6 && marks < line.size() && line[marks] == u' ') {
        return LineKind::whole;
    }
    if (is_table_row(line)) return LineKind::whole;
    const bool has_bullet =
        line[0] == u'-' || line[0] == u'*' || line[0] == u'+' || line[0] == 0x2022;
    if (has_bullet && line.size() > 1 && line[1] == u' ') return LineKind::item;
    std::size_t digits = 0;
    while (digits < line.size() && is_digit(line[digits])) ++digits;
    const bool is_numbered = digits >= 1 && digits <= 3 && digits + 1 < line.size() &&
                             (line[digits] == u'.' || line[digits] == u')') &&
                             line[digits + 1] == u' ';
    return is_numbered ? LineKind::item : LineKind::prose;
}

std::vector<Line> lines_of(std::u16string_view text) {
    std::vector<Line> lines;
    std::size_t start = 0;
    while (start <= text.size()) {
        const auto end = std::min(text.find(u'\n', start), text.size());
        lines.push_back({start, end, kind_of(text.substr(start, end - start))});
        start = end + 1;
    }
    return lines;
}

/// Does `next` go on with the sentence that `line` breaks off by the width of its page?
bool is_wrapped(std::u16string_view text, const Line& line, const Line& next) {
    constexpr std::size_t least_wrap_width = 45;
    if (next.kind != LineKind::prose) return false;
    if (line.kind != LineKind::prose && line.kind != LineKind::item) return false;
    std::size_t first = next.start;
    while (is_space(text[first])) ++first;
    if (u_islower(text[first]) || text[first] == u',' || text[first] == u')') return true;
    return line.end - line.start >= least_wrap_width;
}

}  // namespace

std::vector<Block> blocks_of(icu::UnicodeString& text) {
    const std::u16string_view view(text.getBuffer(), static_cast<std::size_t>(text.length()));
    const auto lines = lines_of(view);
    std::vector<Block> blocks;
    std::vector<std::size_t> wraps;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto& line = lines[i];
        if (line.kind == LineKind::blank) continue;
        const bool is_whole = line.kind == LineKind::whole;
        if (i > 0 && is_wrapped(view, lines[i - 1], line)) {
            wraps.push_back(line.start - 1);
            blocks.back().end = line.end;
        } else {
            blocks.push_back({line.start, line.end, is_whole});
        }
    }
    for (const auto wrap : wraps) text.setCharAt(static_cast<std::int32_t>(wrap), u' ');
    return blocks;
}

}  // namespace almagest::text
