#include "text/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace almagest::text {
namespace {

using std::chrono::last;
using std::chrono::month;
using std::chrono::year;
using std::chrono::year_month_day;

year_month_day day_of(int y, unsigned m, unsigned d) {
    return year{y} / month{m} / std::chrono::day{d};
}

year_month_day month_end(int y, unsigned m) {
    return year_month_day(year{y} / month{m} / last);
}

Days years(int from, int to) {
    return {day_of(from, 1, 1), day_of(to, 12, 31)};
}

}  // namespace

std::optional<Days> days_of_day(int y, unsigned m, unsigned d) {
    const auto day = day_of(y, m, d);
    if (!day.ok()) return std::nullopt;
    return Days{day, day};
}

Days days_of_month(int y, unsigned m, Part part) {
    switch (part) {
        case Part::early:
            return {day_of(y, m, 1), day_of(y, m, 10)};
        case Part::middle:
            return {day_of(y, m, 11), day_of(y, m, 20)};
        case Part::late:
            return {day_of(y, m, 21), month_end(y, m)};
        case Part::whole:
            break;
    }
    return {day_of(y, m, 1), month_end(y, m)};
}

Days days_of_season(int y, Season season) {
    switch (season) {
        case Season::spring:
            return {day_of(y, 3, 1), month_end(y, 5)};
        case Season::summer:
            return {day_of(y, 6, 1), month_end(y, 8)};
        case Season::autumn:
            return {day_of(y, 9, 1), month_end(y, 11)};
        case Season::winter:
            break;
    }
    return {day_of(y - 1, 12, 1), month_end(y, 2)};
}

Days days_of_year(int y, Part part) {
    switch (part) {
        case Part::early:
            return {day_of(y, 1, 1), month_end(y, 4)};
        case Part::middle:
            return {day_of(y, 5, 1), month_end(y, 8)};
        case Part::late:
            return {day_of(y, 9, 1), month_end(y, 12)};
        case Part::whole:
            break;
    }
    return years(y, y);
}

Days days_of_decade(int first_year, Part part) {
    switch (part) {
        case Part::early:
            return years(first_year, first_year + 3);
        case Part::middle:
            return years(first_year + 4, first_year + 6);
        case Part::late:
            return years(first_year + 7, first_year + 9);
        case Part::whole:
            break;
    }
    return years(first_year, first_year + 9);
}

Days days_of_century(int number, Part part) {
    const int first_year = (number - 1) * 100 + 1;
    switch (part) {
        case Part::early:
            return years(first_year, first_year + 32);
        case Part::middle:
            return years(first_year + 33, first_year + 65);
        case Part::late:
            return years(first_year + 66, first_year + 99);
        case Part::whole:
            break;
    }
    return years(first_year, first_year + 99);
}

std::string iso_8601(year_month_day day) {
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

unsigned month_named(std::string_view lower) {
    static constexpr std::array<std::string_view, 12> names{
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    if (lower == "sept") return 9;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (lower == names[i] || (lower.size() == 3 && names[i].starts_with(lower))) {
            return static_cast<unsigned>(i + 1);
        }
    }
    return 0;
}

std::optional<Season> season_named(std::string_view lower) {
    if (lower == "spring") return Season::spring;
    if (lower == "summer") return Season::summer;
    if (lower == "autumn" || lower == "fall") return Season::autumn;
    if (lower == "winter") return Season::winter;
    return std::nullopt;
}

int ordinal_named(std::string_view lower) {
    static constexpr std::array<std::string_view, 20> names{
        "first",     "second",      "third",      "fourth",     "fifth",
        "sixth",     "seventh",     "eighth",     "ninth",      "tenth",
        "eleventh",  "twelfth",     "thirteenth", "fourteenth", "fifteenth",
        "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"};
    const auto found = std::find(names.begin(), names.end(), lower);
    return found == names.end() ? 0 : static_cast<int>(found - names.begin()) + 1;
}

}  // namespace almagest::text
