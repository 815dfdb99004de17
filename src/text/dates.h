#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/code_points.h"

namespace almagest::text {

enum class DatePrecision : std::uint8_t { day, month, season, year, decade, century };
[[nodiscard]] std::string_view to_string(DatePrecision precision);

/// A date as said, and the first and last day it can mean, ISO 8601 (proleptic Gregorian).
struct DateMention {
    Range range;       ///< code points of the text that was read
    std::string said;  ///< "April 1996"
    std::string first_day;
    std::string last_day;
    DatePrecision precision = DatePrecision::day;
};

/// A span of time said of something: "from April 2001 until April 2002", "until March 1996",
/// "since 2020", "1914–1918". Either end may be missing.
struct TimeBounds {
    std::optional<DateMention> start;
    std::optional<DateMention> end;
    Range range;
};

/// Every date that `utf8` states in full; relative ones ("two years later") are left alone.
/// English month and season names, ISO 8601, day-month-year orders, ordinals, decades ("early
/// 1990s"), ranges that share a month or a year ("August-December 1993").
[[nodiscard]] std::vector<DateMention> read_dates(std::string_view utf8);

/// Dates grouped into spans by the words around them, in order of the text. A single date that is
/// no end of a span ("in August 1993") has start == end, and `point` of its span is true.
struct DatedSpan {
    TimeBounds bounds;
    bool point = false;
};
[[nodiscard]] std::vector<DatedSpan> read_time_bounds(std::string_view utf8);

/// A date as a person or a model wrote it alone in a field: "1996", "April 1996", "1996-04-01".
[[nodiscard]] std::optional<DateMention> read_date(std::string_view utf8);

}  // namespace almagest::text
