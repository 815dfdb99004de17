#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::cli {

/// Columns of a terminal that UTF-8 text takes (East Asian wide characters take two).
[[nodiscard]] std::size_t display_width(std::string_view utf8);

/// A table with aligned columns, two spaces between them; numbers (all cells of a column) to the
/// right. Control characters of the data are shown as "?", so that it cannot drive the terminal.
[[nodiscard]] std::string table(const std::vector<std::string>& head,
                                const std::vector<std::vector<std::string>>& rows);

/// A table of JSON objects: one column a key of `keys`, headed by it with "_" as space.
[[nodiscard]] std::string table_of(const std::vector<std::string>& keys,
                                   const nlohmann::json& rows);

/// Text of a JSON value in a table: strings bare, null as "".
[[nodiscard]] std::string cell(const nlohmann::json& value);

/// Data on its way to a terminal: control characters replaced.
[[nodiscard]] std::string printable(std::string_view utf8);

/// ANSI colour only when standard output is a terminal and NO_COLOR is not set.
enum class Colour { none, bold, dim, green, yellow, red };
[[nodiscard]] std::string paint(std::string_view text, Colour colour);

/// 12345 → "12,345"; 83 s → "1:23".
[[nodiscard]] std::string grouped(std::uint64_t number);
[[nodiscard]] std::string clock_time(double seconds);
/// How long something took or will take, in at most two units: "8 s", "2 min 5 s", "3 d 4 h".
[[nodiscard]] std::string duration_text(double seconds);
/// 1536 → "1.5 kB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

/// One JSON document on standard output.
void print_json(const nlohmann::json& document);

}  // namespace almagest::cli
