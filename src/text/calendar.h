#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "text/dates.h"

namespace almagest::text {

enum class Part { whole, early, middle, late };
enum class Season { spring, summer, autumn, winter };

/// First and last day of a stretch of time.
struct Days {
    std::chrono::year_month_day first;
    std::chrono::year_month_day last;
};

/// nullopt where there is no such day.
[[nodiscard]] std::optional<Days> days_of_day(int year, unsigned month, unsigned day);
/// Early, mid and late: the days to the 10th, to the 20th, to the last.
[[nodiscard]] Days days_of_month(int year, unsigned month, Part part = Part::whole);
/// Meteorological, northern hemisphere; winter 1996 is December 1995 to February 1996.
[[nodiscard]] Days days_of_season(int year, Season season);
/// Early, mid and late: four months each.
[[nodiscard]] Days days_of_year(int year, Part part = Part::whole);
/// Early, mid and late 1990s: 1990–1993, 1994–1996, 1997–1999.
[[nodiscard]] Days days_of_decade(int first_year, Part part = Part::whole);
/// The 19th century: 1801–1900; early, mid and late: a third each.
[[nodiscard]] Days days_of_century(int number, Part part = Part::whole);

[[nodiscard]] std::string iso_8601(std::chrono::year_month_day day);

/// 1 … 12, by the English name or its usual abbreviation, in lower case; 0: no month.
[[nodiscard]] unsigned month_named(std::string_view lower);
[[nodiscard]] std::optional<Season> season_named(std::string_view lower);
/// "first" … "twenty-first" (first word: "twenty" + second "first" is read by the caller).
[[nodiscard]] int ordinal_named(std::string_view lower);

}  // namespace almagest::text
