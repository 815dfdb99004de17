#include "cli/print.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>

namespace almagest::cli {
namespace {

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789.,:-%") == std::string::npos;
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
    std::size_t width = 0;
    const auto length = static_cast<std::int32_t>(utf8.size());
    for (std::int32_t i = 0; i < length;) {
        UChar32 c = 0;
        U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(utf8.data()), i, length, c);
        const auto kind = u_charType(c);
        if (kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK || kind == U_FORMAT_CHAR)
            continue;
        const auto wide = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
        width += wide == U_EA_WIDE || wide == U_EA_FULLWIDTH ? 2 : 1;
    }
    return width;
}

std::string printable(std::string_view utf8) {
    std::string text;
    text.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        // C1 controls are U+0080 … U+009F: 0xC2 0x80 … 0xC2 0x9F.
        const bool c1 =
            byte == 0xC2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xA0;
        if (c1) {
            text += '?';
            ++i;
        } else {
            text +=
                byte < 0x20 || byte == 0x7F ? (byte == '\n' || byte == '\t' ? ' ' : '?') : utf8[i];
        }
    }
    return text;
}

std::string table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    std::vector<bool> numbers(head.size(), !rows.empty());
    for (const auto& name : head) widths.push_back(display_width(name));
    for (const auto& row : rows)
        for (std::size_t i = 0; i < head.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(printable(row.at(i))));
            numbers[i] = numbers[i] && (row[i].empty() || is_number(row[i]));
        }
    std::string out;
    const auto line = [&](const std::vector<std::string>& cells, Colour colour) {
        std::string text;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const auto shown = printable(cells[i]);
            const std::string padding(widths[i] - display_width(shown), ' ');
            text += numbers[i] ? padding + shown : shown + padding;
            if (i + 1 < cells.size()) text += "  ";
        }
        text.erase(text.find_last_not_of(' ') + 1);
        out += paint(text, colour) + "\n";
    };
    line(head, Colour::bold);
    for (const auto& row : rows) line(row, Colour::none);
    return out;
}

std::string cell(const nlohmann::json& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    return value.dump();
}

std::string table_of(const std::vector<std::string>& keys, const nlohmann::json& rows) {
    std::vector<std::string> head = keys;
    for (auto& name : head) std::replace(name.begin(), name.end(), '_', ' ');
    std::vector<std::vector<std::string>> cells;
    for (const auto& row : rows) {
        std::vector<std::string> line;
        for (const auto& key : keys) line.push_back(cell(row.value(key, nlohmann::json())));
        cells.push_back(std::move(line));
    }
    return table(head, cells);
}

std::string paint(std::string_view text, Colour colour) {
    static const bool colours = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    if (!colours || colour == Colour::none) return std::string(text);
    const char* code = "";
    switch (colour) {
        case Colour::bold:
            code = "1";
            break;
        case Colour::dim:
            code = "2";
            break;
        case Colour::green:
            code = "32";
            break;
        case Colour::yellow:
            code = "33";
            break;
        case Colour::red:
            code = "31";
            break;
        case Colour::none:
            break;
    }
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3)
        digits.insert(static_cast<std::size_t>(i), 1, ',');
    return digits;
}

std::string clock_time(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::max(0.0, seconds) + 0.5);
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string duration_text(double seconds) {
    constexpr std::uint64_t minute = 60;
    constexpr std::uint64_t hour = 60 * minute;
    constexpr std::uint64_t day = 24 * hour;
    const auto whole = static_cast<std::uint64_t>(std::llround(std::max(0.0, seconds)));
    const auto two = [](std::uint64_t great, const char* unit, std::uint64_t small,
                        const char* part) {
        return small == 0 ? fmt::format("{} {}", great, unit)
                          : fmt::format("{} {} {} {}", great, unit, small, part);
    };
    if (whole >= day) return two(whole / day, "d", whole % day / hour, "h");
    if (whole >= hour) return two(whole / hour, "h", whole % hour / minute, "min");
    if (whole >= minute) return two(whole / minute, "min", whole % minute, "s");
    return fmt::format("{} s", whole);
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr double step = 1024;
    if (bytes < 1024) return fmt::format("{} B", bytes);
    auto amount = static_cast<double>(bytes) / step;
    for (const char* unit : {"kB", "MB", "GB"}) {
        if (amount < step) return fmt::format("{:.1f} {}", amount, unit);
        amount /= step;
    }
    return fmt::format("{:.1f} TB", amount);
}

void print_json(const nlohmann::json& document) {
    std::cout << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

}  // namespace almagest::cli
