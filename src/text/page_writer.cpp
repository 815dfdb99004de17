#include "text/page_writer.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>
#include <utility>

namespace almagest::text {
namespace {

// Character references such as &#150; mean windows-1252, as browsers read them; 0 has no meaning.
constexpr std::array<char16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

constexpr UChar32 kNothing = 0;

/// The character to keep for `character`: itself, a space for white space, or kNothing.
UChar32 cleaned(UChar32 character) {
    if (character == 0x85 || u_isUWhiteSpace(character)) return ' ';
    if (character < 0x20 || character == 0x7F) return kNothing;
    if (character >= 0x80 && character < 0xA0) {
        return kWindows1252[static_cast<std::size_t>(character - 0x80)];
    }
    const bool invisible = character == 0xAD || character == 0x200B || character == 0x2060 ||
                           character == 0xFEFF || (character >= 0xFFF9 && character <= 0xFFFB) ||
                           U_IS_UNICODE_NONCHAR(character);
    return invisible ? kNothing : character;
}

void append_character(std::string& text, UChar32 character) {
    std::array<char, 4> bytes{};
    std::int32_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, character);
    text.append(bytes.data(), static_cast<std::size_t>(length));
}

/// Calls `take` with each character of `utf8`; what is ill-formed is left out.
template <typename Take>
void each_character(std::string_view utf8, const Take& take) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(utf8.data());
    const auto length = static_cast<std::int64_t>(utf8.size());
    for (std::int64_t at = 0; at < length;) {
        UChar32 character = 0;
        U8_NEXT(data, at, length, character);
        if (character >= 0) take(character);
    }
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \n") - first + 1);
}

/// Lines of preformatted text without what is not to be seen; no blank line beside another.
std::string preformatted_lines(std::string_view utf8) {
    std::string lines;
    std::string line;
    bool any = false;
    bool blank_before = false;
    const auto end_line = [&] {
        line.erase(line.find_last_not_of(' ') + 1);
        if (line.empty()) {
            blank_before = true;
        } else {
            if (any) lines += blank_before ? "\n\n" : "\n";
            lines += line;
            any = true;
            blank_before = false;
        }
        line.clear();
    };
    each_character(utf8, [&](UChar32 character) {
        if (character == '\n') {
            end_line();
        } else if (const UChar32 kept = cleaned(character); kept != kNothing) {
            append_character(line, kept);
        }
    });
    end_line();
    return lines;
}

}  // namespace

void Flow::append(std::string_view utf8) {
    each_character(utf8, [this](UChar32 character) {
        const UChar32 kept = cleaned(character);
        if (kept == ' ') {
            space();
        } else if (kept != kNothing) {
            append_character(text_, kept);
        }
    });
}

void Flow::space() {
    if (!text_.empty() && text_.back() != ' ' && text_.back() != '\n') text_ += ' ';
}

void Flow::line_break() {
    if (!text_.empty() && text_.back() == ' ') text_.pop_back();
    if (!text_.empty()) text_ += '\n';
}

std::string Flow::take() {
    std::string text(trimmed(text_));
    text_.clear();
    return text;
}

std::string collapsed(std::string_view utf8) {
    Flow flow;
    flow.append(utf8);
    return flow.take();
}

void PageWriter::block(Kind kind, std::size_t table, std::string_view text) {
    if (text.empty()) return;
    if (last_ != Kind::none) {
        const bool goes_on = kind == last_ && kind != Kind::other &&
                             (kind != Kind::table_row || table == last_table_);
        text_ += goes_on ? "\n" : "\n\n";
    }
    text_ += text;
    last_ = kind;
    last_table_ = table;
}

void PageWriter::paragraph(std::string_view flow) {
    for (std::size_t at = 0; at < flow.size();) {
        const std::size_t end = flow.find("\n\n", at);
        block(Kind::other, 0, trimmed(flow.substr(at, end - at)));
        if (end == std::string_view::npos) return;
        at = end + 2;
    }
}

void PageWriter::heading(int level, std::string_view flow) {
    const std::string line = collapsed(flow);
    if (line.empty()) return;
    block(Kind::other, 0, std::string(static_cast<std::size_t>(level), '#') + " " + line);
}

void PageWriter::list_item(std::string_view flow) {
    const std::size_t end = flow.find("\n\n");
    const std::string_view first = trimmed(flow.substr(0, end));
    if (!first.empty()) block(Kind::list_item, 0, "- " + std::string(first));
    if (end != std::string_view::npos) paragraph(flow.substr(end));
}

void PageWriter::table_row(std::size_t table, const std::vector<std::string>& cells) {
    std::string row;
    bool any = false;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string cell = collapsed(cells[i]);
        any = any || !cell.empty();
        if (i > 0) row += row.empty() || row.back() == ' ' ? "| " : " | ";
        row += cell;
    }
    if (!any) return;
    block(Kind::table_row, table, trimmed(row));
}

void PageWriter::preformatted(std::string_view utf8) {
    block(Kind::other, 0, preformatted_lines(utf8));
}

std::string PageWriter::take() {
    last_ = Kind::none;
    return std::exchange(text_, {});
}

}  // namespace almagest::text
