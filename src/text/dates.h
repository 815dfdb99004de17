#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/code_points.h"
#include "text/eras.h"

namespace almagest::text {

/// English dates. All functions are pure and thread-safe, take UTF-8, and give ranges in its code
/// points. Days are ISO 8601, proleptic Gregorian, years 1000–2199, or those of a calendar's eras.
/// Seasons are meteorological, of
/// the northern hemisphere: spring is March to May, summer June to August, autumn or fall September
/// to November, and winter 1996 is December 1995 to February 1996. "Early", "mid" and "late" narrow
/// a month (to days 1–10, 11–20, 21–end), a year (four months each), a decade (1990–93, 94–96,
/// 97–99) and a century (a third each); the precision stays that of what was narrowed. "1800s" and
/// other hundreds but "2000s" are centuries; the 19th century is 1801–1900. A quarter of a year has
/// the precision of a season.
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

/// Every date that `utf8` states in full; relative ones ("two years later", "the same month") where
/// a date before them in the sentence resolves them, and are left alone otherwise. A day or month
/// without its year has that of the date last stated, in `utf8` or as `before` in the text that
/// `utf8` is taken from, if that is a year or the same month.
/// English month and season names, ISO 8601, day-month-year orders, ordinals, decades ("early
/// 1990s"), ranges that share a month or a year ("August-December 1993"). A bare year is one only
/// after a word of time ("in", "since", "of" …), alone in parentheses, or joined to another year.
/// 03/04/1996 is left alone: which is the month is not said.
[[nodiscard]] std::vector<DateMention> read_dates(std::string_view utf8,
                                                  const Calendar& calendar = {},
                                                  const std::optional<DateMention>& before = {});

/// Dates grouped into spans by the words around them, in order of the text. A single date that is
/// no end of a span ("in August 1993") has start == end, and `point` of its span is true. "since",
/// "from", "after" and "as of" give a start alone, "until", "through" and "before" an end alone.
/// The span's range holds those words too.
struct DatedSpan {
    TimeBounds bounds;
    bool point = false;
};
[[nodiscard]] std::vector<DatedSpan> read_time_bounds(std::string_view utf8,
                                                      const Calendar& calendar = {});

/// The span of `sentence` that belongs to a relation whose ends are mentioned at `from` and `to`
/// (an empty range: not mentioned) and whose predicate's words are `wording` (snake_case or
/// spaces). Where a clause holds the predicate's words, that clause counts, else the clause of the
/// later mention: its nearest span after both, else its nearest before. Without one there: a span
/// that opens the sentence, else the sentence's only span unless another predicate's clause holds
/// it. nullopt when nothing or several spans fit equally well. `before`: as for read_dates.
[[nodiscard]] std::optional<DatedSpan> bounds_for(std::string_view sentence, Range from, Range to,
                                                  std::string_view wording,
                                                  const Calendar& calendar = {},
                                                  const std::optional<DateMention>& before = {});

/// A date as a person or a model wrote it alone in a field: "1996", "April 1996", "1996-04-01".
[[nodiscard]] std::optional<DateMention> read_date(std::string_view utf8,
                                                   const Calendar& calendar = {});

}  // namespace almagest::text
