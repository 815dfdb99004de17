#include "text/plain_text.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "text/code_points.h"
#include "text/page_writer.h"

namespace almagest::text {
namespace {

constexpr std::size_t kNarrowestWrap = 40;  // characters; shorter lines were ended on purpose
constexpr std::size_t kLongestTitle = 100;  // characters

struct Line {
    std::string_view raw;
    std::string text;  // collapsed
    std::size_t indent = 0;
    std::size_t length = 0;  // of text, in characters
};

Line line_of(std::string_view raw) {
    Line line{.raw = raw, .text = collapsed(raw)};
    const std::size_t first = raw.find_first_not_of(" \t");
    line.indent = first == std::string_view::npos ? 0 : first;
    line.length = code_point_count(line.text);
    return line;
}

/// Lines one after the other, at any line end: LF, CRLF, CR, vertical tab, form feed, NEL, U+2028,
/// U+2029. A form feed and U+2029 part paragraphs: an empty line follows.
class Lines {
  public:
    explicit Lines(std::string_view text) : text_(text) {}

    std::optional<Line> next() {
        if (std::exchange(empty_follows_, false)) return Line{};
        if (at_ == text_.size()) return std::nullopt;
        const std::size_t start = at_;
        for (std::size_t end = start; end < text_.size(); ++end) {
            const std::size_t width = width_of_end(text_.substr(end));
            if (width == 0) continue;
            at_ = end + width;
            const auto mark = text_.substr(end, width);
            empty_follows_ = mark == "\f" || mark == "\xE2\x80\xA9";
            return line_of(text_.substr(start, end - start));
        }
        at_ = text_.size();
        return line_of(text_.substr(start));
    }

  private:
    /// Of the line end that the text begins with; 0 where it begins with none.
    static std::size_t width_of_end(std::string_view text) {
        switch (text[0]) {
            case '\n':
            case '\v':
            case '\f':
                return 1;
            case '\r':
                return text.starts_with("\r\n") ? 2 : 1;
            case '\xC2':
                return text.starts_with("\xC2\x85") ? 2 : 0;
            case '\xE2':
                return text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9") ? 3 : 0;
            default:
                return 0;
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool empty_follows_ = false;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Where the text of a bulleted item starts, if the line is one.
std::optional<std::size_t> bullet(std::string_view text) {
    for (const std::string_view mark : {"- ", "* ", "+ ", "• ", "· ", "‣ ", "◦ "}) {
        if (text.starts_with(mark)) return mark.size();
    }
    return std::nullopt;
}

/// "1. ", "12) ", "(3) ", "a) "
bool is_numbered(std::string_view text) {
    const bool open = text.starts_with("(");
    if (open) text.remove_prefix(1);
    std::size_t digits = 0;
    while (digits < text.size() && digits < 4 && is_digit(text[digits])) ++digits;
    const bool lettered = digits == 0 && !text.empty() && text[0] >= 'a' && text[0] <= 'z';
    const std::size_t mark = lettered ? 1 : digits;
    if (mark == 0 || digits > 3 || mark + 1 >= text.size() || text[mark + 1] != ' ') return false;
    return text[mark] == ')' || (text[mark] == '.' && !lettered && !open);
}

bool is_item(const Line& line) {
    return bullet(line.text).has_value() || is_numbered(line.text);
}

/// Only rules and bars: a line that draws a table.
bool draws_only(const Line& line) {
    return line.text.find_first_not_of("|+-=: ") == std::string::npos &&
           line.text.find_first_of("|+") != std::string::npos;
}

/// Columns parted by bars, tabs or wide gaps.
bool is_table_row(const Line& line) {
    if (line.text.starts_with("|") || draws_only(line)) return true;
    if (line.text.find(" | ") != std::string::npos) return true;
    const std::string_view inner = line.raw.substr(std::min(line.indent, line.raw.size()));
    const std::size_t tab = inner.find('\t');
    if (tab != std::string_view::npos &&
        inner.find_first_not_of(" \t", tab) != std::string_view::npos) {
        return true;
    }
    std::size_t gaps = 0;
    for (std::size_t at = inner.find("   "); at != std::string_view::npos;
         at = inner.find("   ", at)) {
        at = inner.find_first_not_of(' ', at);
        if (at == std::string_view::npos) break;
        ++gaps;
    }
    return gaps >= 2;
}

/// A rule of one repeated mark, such as "=====".
char rule_of(const Line& line) {
    const std::string& text = line.text;
    if (text.size() < 3 || std::string_view("=-~_*#+").find(text[0]) == std::string_view::npos) {
        return '\0';
    }
    return text.find_first_not_of(text[0]) == std::string::npos ? text[0] : '\0';
}

std::vector<std::string> cells_of(const Line& line) {
    std::vector<std::string> cells;
    std::string_view rest = line.raw;
    const bool bars = line.text.find('|') != std::string::npos;
    const std::string_view mark = bars                                        ? "|"
                                  : rest.find('\t', line.indent) != rest.npos ? "\t"
                                                                              : "   ";
    rest.remove_prefix(std::min(line.indent, rest.size()));
    if (bars && rest.starts_with("|")) rest.remove_prefix(1);
    while (!rest.empty()) {
        const std::size_t end = rest.find(mark);
        std::string cell = collapsed(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + mark.size());
        if (mark == "   " && cell.empty()) continue;
        if (bars && rest.empty() && cell.empty()) continue;
        cells.push_back(std::move(cell));
    }
    return cells;
}

/// Was line `at` ended because the next word did not fit? `width` is that of the longest line.
bool breaks_for_want_of_room(const Line& line, const Line& next, std::size_t width) {
    const std::size_t word = code_point_count(next.text.substr(0, next.text.find(' ')));
    return line.length + 1 + word > width;
}

/// Do these lines of one paragraph read on, or does each stand for itself?
bool is_wrapped(const std::vector<const Line*>& lines) {
    std::size_t width = 0;
    for (const Line* line : lines) width = std::max(width, line->length);
    if (width < kNarrowestWrap || lines.size() < 2) return false;
    std::size_t full = 0;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        full += breaks_for_want_of_room(*lines[i], *lines[i + 1], width) ? 1 : 0;
    }
    return full * 10 >= (lines.size() - 1) * 6;
}

void append_wrapped(std::string& text, const std::string& line) {
    const bool hyphen = text.size() >= 2 && text.back() == '-' && text[text.size() - 2] != ' ' &&
                        text[text.size() - 2] != '-' && !line.empty() && line[0] >= 'a' &&
                        line[0] <= 'z';
    if (!text.empty() && !hyphen) text += ' ';
    text += line;
}

/// Writes the lines between two blank ones.
class ParagraphReader {
  public:
    ParagraphReader(PageWriter& writer, std::size_t& tables) : writer_(writer), tables_(tables) {}

    void read(const std::vector<Line>& lines) {
        const std::size_t to = lines.size();
        if (to == 1 && is_in_capitals(lines[0])) {
            writer_.heading(2, lines[0].text);
            return;
        }
        for (std::size_t at = 0; at < to;) {
            if (at + 1 < to && is_underlined(lines[at], lines[at + 1])) {
                write_prose();
                writer_.heading(rule_of(lines[at + 1]) == '=' ? 1 : 2, lines[at].text);
                at += 2;
            } else if (rule_of(lines[at]) != '\0') {
                write_prose();
                ++at;
            } else if (is_item(lines[at])) {
                write_prose();
                at = read_item(lines, at, to);
            } else if (is_table_row(lines[at]) && ((at + 1 < to && is_table_row(lines[at + 1])) ||
                                                   (at > 0 && is_table_row(lines[at - 1])))) {
                write_prose();
                if (at == 0 || !is_table_row(lines[at - 1])) ++tables_;
                if (!draws_only(lines[at])) writer_.table_row(tables_, cells_of(lines[at]));
                ++at;
            } else {
                prose_.push_back(&lines[at++]);
            }
        }
        write_prose();
    }

  private:
    /// A line by itself in capitals, such as "A SECOND ACCOUNT", is a heading.
    static bool is_in_capitals(const Line& line) {
        const auto letters = std::count_if(line.text.begin(), line.text.end(),
                                           [](char c) { return c >= 'A' && c <= 'Z'; });
        const bool small = std::any_of(line.text.begin(), line.text.end(),
                                       [](char c) { return c >= 'a' && c <= 'z'; });
        return letters >= 4 && !small && line.length <= kLongestTitle && !is_item(line) &&
               !is_table_row(line) &&
               std::string_view(".!?:;,").find(line.text.back()) == std::string_view::npos;
    }

    static bool is_underlined(const Line& line, const Line& next) {
        const char rule = rule_of(next);
        return (rule == '=' || rule == '-') && rule_of(line) == '\0' && !is_item(line) &&
               line.length <= kLongestTitle && next.length + 2 >= line.length;
    }

    /// An item and the lines that go on with it, which stand deeper than its mark.
    std::size_t read_item(const std::vector<Line>& lines, std::size_t at, std::size_t to) {
        const Line& first = lines[at];
        std::string text = first.text;
        for (++at; at < to && lines[at].indent > first.indent && !is_item(lines[at]); ++at) {
            append_wrapped(text, lines[at].text);
        }
        if (const auto start = bullet(text)) {
            writer_.list_item(std::string_view(text).substr(*start));
        } else {
            writer_.list_item(text);
        }
        return at;
    }

    void write_prose() {
        if (prose_.empty()) return;
        const bool wrapped = is_wrapped(prose_);
        std::string text;
        for (const Line* line : prose_) {
            if (wrapped) {
                append_wrapped(text, line->text);
            } else {
                text += (text.empty() ? "" : "\n") + line->text;
            }
        }
        writer_.paragraph(text);
        prose_.clear();
    }

    PageWriter& writer_;
    std::size_t& tables_;
    std::vector<const Line*> prose_;
};

std::string title_of(std::string_view utf8) {
    Lines lines(utf8);
    auto first = lines.next();
    while (first && (first->text.empty() || rule_of(*first) != '\0')) first = lines.next();
    if (!first || first->length > kLongestTitle || is_item(*first)) return "";
    const auto next = lines.next();
    const bool alone = next && (next->text.empty() || rule_of(*next) != '\0');
    const char last = first->text.back();
    return alone && last != '.' && last != ',' && last != ';' ? first->text : "";
}

}  // namespace

PlainText read_plain_text(std::string_view utf8) {
    constexpr std::size_t most_lines = 100'000;  // at once; a longer paragraph is read in parts
    PageWriter writer;
    std::size_t tables = 0;
    std::vector<Line> paragraph;
    const auto read = [&] {
        ParagraphReader(writer, tables).read(paragraph);
        paragraph.clear();
    };
    Lines lines(utf8);
    while (auto line = lines.next()) {
        if (line->text.empty() || paragraph.size() == most_lines) read();
        if (!line->text.empty()) paragraph.push_back(std::move(*line));
    }
    read();
    return {title_of(utf8), writer.take()};
}

}  // namespace almagest::text
