#include "text/date_reader.h"

#include <algorithm>

#include "text/relative_dates.h"
#include "text/year_context.h"

namespace almagest::text {
namespace {

/// A day, month or season that waits for its year (and month) from the date it is joined to.
struct Partial {
    std::size_t next = 0;  ///< the token after it
    unsigned day = 0;
    unsigned month = 0;
    std::optional<Season> season;
};

template <typename Value>
struct Found {
    Value value{};
    std::size_t next = 0;
};

class Reader {
  public:
    Reader(const std::vector<DateToken>& tokens, bool alone, const Calendar& calendar,
           const std::optional<DateMention>& before)
        : tokens_(tokens), alone_(alone), eras_(calendar), before_(year_of(before)) {}

    std::vector<TokenDate> read() {
        for (std::size_t i = 0; i < tokens_.size();) {
            auto found = read_at(i);
            if (found.empty()) {
                ++i;
                continue;
            }
            i = found.back().last;
            dates_.insert(dates_.end(), found.begin(), found.end());
        }
        return std::move(dates_);
    }

  private:
    [[nodiscard]] const DateToken& at(std::size_t i) const {
        static const DateToken none;
        return i < tokens_.size() ? tokens_[i] : none;
    }
    [[nodiscard]] bool touching(std::size_t i) const {
        return i < tokens_.size() && !tokens_[i].spaced;
    }

    std::vector<TokenDate> read_at(std::size_t i) {
        if (auto dates = eras_.read(tokens_, i); !dates.empty()) return dates;
        if (const auto date = full_date(i)) return {*date};
        if (auto dates = sharing_dates(i); !dates.empty()) return dates;
        if (auto dates = bare_years(i); !dates.empty()) return dates;
        auto date = dates_.empty() ? std::nullopt : relative_date(tokens_, i, dates_.back());
        if (!date) date = date_of_the_year_before(i);
        return date ? std::vector{*date} : std::vector<TokenDate>{};
    }

    /// What a date says of the year of those after it that lack one.
    struct YearBefore {
        int year = 0;
        unsigned month = 0;  ///< the only one that it says it of; 0: it is the whole year
    };

    static std::optional<YearBefore> year_of(int year, unsigned month, DatePrecision precision) {
        if (precision == DatePrecision::year) return YearBefore{year, 0};
        if (precision > DatePrecision::month) return std::nullopt;
        return YearBefore{year, month};
    }

    static std::optional<YearBefore> year_of(const std::optional<DateMention>& before) {
        if (!before) return std::nullopt;
        const auto tokens = date_tokens(before->first_day);  // 1996 - 04 - 01
        if (tokens.size() != 5) return std::nullopt;
        return year_of(tokens[0].number, static_cast<unsigned>(tokens[2].number),
                       before->precision);
    }

    [[nodiscard]] std::optional<YearBefore> year_before() const {
        if (dates_.empty()) return before_;
        const auto& date = dates_.back();
        return year_of(static_cast<int>(date.days.first.year()),
                       static_cast<unsigned>(date.days.first.month()), date.precision);
    }

    /// "On July 30th" under the heading "July 2005", "in March" where 1999 was said last. After a
    /// month only that month has the same year for certain.
    [[nodiscard]] std::optional<TokenDate> date_of_the_year_before(std::size_t i) const {
        const auto before = year_before();
        const auto partial = before ? partial_at(i) : std::nullopt;
        if (!partial || partial->month == 0 || partial->next == i) return std::nullopt;
        if (before->month != 0 && before->month != partial->month) return std::nullopt;
        if (!is_free_after(tokens_, partial->next) || at(partial->next).is_number())
            return std::nullopt;
        if (partial->day != 0)
            return one_day(i, partial->next, before->year, partial->month, partial->day);
        const bool after_time_word =
            i > 0 && at(i - 1).is_one_of({"in", "of", "since", "until", "from", "during", "by"});
        if (!after_time_word || !at(i).is_capitalised()) return std::nullopt;
        return TokenDate{i, partial->next, days_of_month(before->year, partial->month),
                         DatePrecision::month};
    }

    std::optional<TokenDate> full_date(std::size_t i, bool after_dash = false) {
        if (at(i).kind == DateToken::Kind::mark || !is_free_before(tokens_, i, after_dash)) {
            return std::nullopt;
        }
        if (at(i).is_number()) {
            if (const auto date = iso_date(i)) return date;
            if (const auto date = numeric_date(i)) return date;
            if (const auto date = day_month_year(i)) return date;
        } else if (const auto date = month_day_year(i)) {
            return date;
        }
        const auto part = part_at(i);
        return coarse_date(i, part.next, part.value);
    }

    /// Month, season, year of a part, decade or century; `i` is where its part, if any, starts.
    std::optional<TokenDate> coarse_date(std::size_t i, std::size_t next, Part part) {
        if (const auto date = month_year(i, next, part)) return date;
        if (const auto date = season_year(i, next)) return date;
        if (const auto date = quarter(i)) return date;
        if (const auto date = decade(i, next, part)) return date;
        if (const auto date = century(i, next, part)) return date;
        if (part == Part::whole) return std::nullopt;
        const auto year = year_at(tokens_, next);
        if (!year || counts_something(tokens_, next + 1, *year, true)) return std::nullopt;
        return TokenDate{i, next + 1, days_of_year(*year, part), DatePrecision::year};
    }

    Found<Part> part_at(std::size_t i) const {
        Part part = Part::whole;
        if (at(i).is("early")) part = Part::early;
        if (at(i).is("mid")) part = Part::middle;
        if (at(i).is("late")) part = Part::late;
        if (part == Part::whole) return {part, i};
        std::size_t next = i + 1;
        if (at(next).is_dash()) ++next;
        if (at(next).is("in")) ++next;
        if (at(next).is("the")) ++next;
        return {part, next};
    }

    [[nodiscard]] std::optional<TokenDate> one_day(std::size_t first, std::size_t last, int year,
                                                   unsigned month, unsigned day) const {
        const auto days = days_of_day(year, month, day);
        if (!days) return std::nullopt;
        return TokenDate{first, last, *days, DatePrecision::day};
    }

    [[nodiscard]] std::optional<unsigned> two_digits(std::size_t i, unsigned most) const {
        if (!at(i).is_number() || at(i).text.size() != 2) return std::nullopt;
        const auto number = static_cast<unsigned>(at(i).number);
        return number >= 1 && number <= most ? std::optional(number) : std::nullopt;
    }

    /// 1996-04-01, 1996/04/01, 1996-04.
    std::optional<TokenDate> iso_date(std::size_t i) const {
        if (at(i).text.size() != 4 || at(i).number < 1000 || at(i).number > 2199) {
            return std::nullopt;
        }
        const auto separator = at(i + 1).mark;
        if ((separator != '-' && separator != '/') || !touching(i + 1) || !touching(i + 2)) {
            return std::nullopt;
        }
        const auto month = two_digits(i + 2, 12);
        if (!month) return std::nullopt;
        const bool has_third =
            at(i + 3).is(separator) && touching(i + 3) && touching(i + 4) && at(i + 4).is_number();
        if (has_third) {
            const auto day = two_digits(i + 4, 31);
            const bool has_time = at(i + 5).is("t") && at(i + 6).is_number();
            if (!day || (!has_time && !is_free_after(tokens_, i + 5))) return std::nullopt;
            return one_day(i, i + 5, at(i).number, *month, *day);
        }
        if (separator == '/' || !is_free_after(tokens_, i + 3)) return std::nullopt;
        return TokenDate{i, i + 3, days_of_month(at(i).number, *month), DatePrecision::month};
    }

    /// 01.04.1996, and 25/12/1996 or 12/25/1996 where only one order gives a day.
    std::optional<TokenDate> numeric_date(std::size_t i) const {
        const auto separator = at(i + 1).mark;
        if ((separator != '.' && separator != '/') || !at(i + 3).is(separator)) return std::nullopt;
        for (std::size_t k = i + 1; k <= i + 4; ++k) {
            if (!touching(k)) return std::nullopt;
        }
        const auto year = year_at(tokens_, i + 4);
        const auto one = at(i).number;
        const auto two = at(i + 2).number;
        if (!year || one < 1 || two < 1) return std::nullopt;
        if (separator == '.' && (!two_digits(i, 31) || !two_digits(i + 2, 12))) return std::nullopt;
        const auto day_first =
            one_day(i, i + 5, *year, static_cast<unsigned>(two), static_cast<unsigned>(one));
        if (separator == '.') return day_first;
        const auto month_first =
            one_day(i, i + 5, *year, static_cast<unsigned>(one), static_cast<unsigned>(two));
        if (day_first && month_first && one != two) return std::nullopt;
        return day_first ? day_first : month_first;
    }

    /// A day of a month, "8" or "8th"; `next` is 0 where there is none.
    Found<unsigned> day_at(std::size_t i) const {
        const auto& token = at(i);
        if (!token.is_number() || token.text.size() > 2 || token.number < 1 || token.number > 31) {
            return {};
        }
        const auto day = static_cast<unsigned>(token.number);
        if (!touching(i + 1) || !at(i + 1).is_word()) return {day, i + 1};
        if (!at(i + 1).is_one_of({"st", "nd", "rd", "th"})) return {};
        return {day, i + 2};
    }

    /// A month's name; `next` is 0 where there is none. Verbs and names in small letters ("may",
    /// "march") and abbreviations need a capital, or a word of time before them.
    Found<unsigned> month_at(std::size_t i) const {
        const auto& token = at(i);
        const auto month = token.is_word() ? month_named(token.lower) : 0;
        if (month == 0) return {};
        const bool is_short = token.text.size() <= 4;
        const bool doubtful = month == 3 || month == 5 || (is_short && month != 6 && month != 7);
        if (doubtful && !token.is_capitalised() && !alone_) {
            const bool after_time_word =
                i > 0 && (at(i - 1).is_number() ||
                          at(i - 1).is_one_of({"in", "of", "since", "until", "from", "during",
                                               "early", "mid", "late", "st", "nd", "rd", "th"}));
            if (!after_time_word) return {};
        }
        const bool has_point = is_short && at(i + 1).is('.') && touching(i + 1);
        return {month, has_point ? i + 2 : i + 1};
    }

    /// The year that stands at `i` or after ",", "of" or a dash there; `next` is 0 without one.
    Found<int> year_after(std::size_t i) const {
        if (at(i).is(',') || at(i).is("of")) ++i;
        if (at(i).is("the") && at(i + 1).is("year")) i += 2;
        const auto year = year_at(tokens_, i);
        return year ? Found<int>{*year, i + 1} : Found<int>{};
    }

    /// 8 April 2007, 8th of April, 2007, 8-Apr-2007.
    std::optional<TokenDate> day_month_year(std::size_t i) const {
        const auto day = day_at(i);
        if (day.next == 0) return std::nullopt;
        auto next = day.next;
        const bool dashed = at(next).is('-') && touching(next);
        if (at(next).is("of") || dashed) ++next;
        const auto month = month_at(next);
        if (month.next == 0) return std::nullopt;
        next = month.next;
        if (dashed && at(next).is('-')) ++next;
        const auto year = year_after(next);
        if (year.next == 0) return std::nullopt;
        return one_day(i, year.next, year.value, month.value, day.value);
    }

    /// April 8th, 2007; April 8 2007; April the 8th, 2007.
    std::optional<TokenDate> month_day_year(std::size_t i) const {
        const auto month = month_at(i);
        if (month.next == 0) return std::nullopt;
        const auto day = day_at(at(month.next).is("the") ? month.next + 1 : month.next);
        if (day.next == 0) return std::nullopt;
        const auto year = year_after(day.next);
        if (year.next == 0) return std::nullopt;
        return one_day(i, year.next, year.value, month.value, day.value);
    }

    std::optional<TokenDate> month_year(std::size_t i, std::size_t next, Part part) const {
        const auto month = month_at(next);
        if (month.next == 0) return std::nullopt;
        const auto year = year_after(month.next);
        if (year.next == 0 || (i > 0 && day_at(i - 1).next == i)) return std::nullopt;
        return TokenDate{i, year.next, days_of_month(year.value, month.value, part),
                         DatePrecision::month};
    }

    std::optional<TokenDate> season_year(std::size_t i, std::size_t next) const {
        const auto season = at(next).is_word() ? season_named(at(next).lower) : std::nullopt;
        if (!season) return std::nullopt;
        auto year = year_after(next + 1);
        if (year.next == 0) return std::nullopt;
        // "winter of 1995/96" names both of its years.
        if (*season == Season::winter && (at(year.next).is_dash() || at(year.next).is('/'))) {
            const auto second = at(year.next + 1).number;
            const bool names_next =
                touching(year.next + 1) &&
                (second == year.value + 1 ||
                 (at(year.next + 1).text.size() == 2 && second == (year.value + 1) % 100));
            if (names_next) year = {year.value + 1, year.next + 2};
        }
        return TokenDate{i, year.next, days_of_season(year.value, *season), DatePrecision::season};
    }

    /// The first quarter of 2001, Q1 2001.
    std::optional<TokenDate> quarter(std::size_t i) const {
        int number = 0;
        auto next = i + 1;
        if (at(i).is("q") && touching(next) && at(next).is_number()) {
            number = at(next).number;
            ++next;
        } else if (at(i).is_word() && at(next).is("quarter")) {
            number = ordinal_named(at(i).lower);
            ++next;
        }
        if (number < 1 || number > 4) return std::nullopt;
        const auto year = year_after(next);
        if (year.next == 0) return std::nullopt;
        const auto last = static_cast<unsigned>(3 * number);
        return TokenDate{
            i,
            year.next,
            {days_of_month(year.value, last - 2).first, days_of_month(year.value, last).last},
            DatePrecision::season};
    }

    /// 1990s, 1990's; 1800s and other hundreds but the 2000s are centuries.
    std::optional<TokenDate> decade(std::size_t i, std::size_t next, Part part) const {
        const auto& number = at(next);
        if (!number.is_number() || number.text.size() != 4 || number.number % 10 != 0 ||
            number.number < 1000 || number.number > 2190 || !touching(next + 1)) {
            return std::nullopt;
        }
        std::size_t suffix = next + 1;
        if (at(suffix).is('\'') || at(suffix).is(char32_t{0x2019})) ++suffix;
        if (!at(suffix).is("s") || !touching(suffix)) return std::nullopt;
        if (number.number % 100 == 0 && number.number != 2000) {
            auto days = days_of_century(number.number / 100 + 1, part);
            days.first -= std::chrono::years{1};
            days.last -= std::chrono::years{1};
            return TokenDate{i, suffix + 1, days, DatePrecision::century};
        }
        return TokenDate{i, suffix + 1, days_of_decade(number.number, part), DatePrecision::decade};
    }

    std::optional<TokenDate> century(std::size_t i, std::size_t next, Part part) const {
        int number = 0;
        if (at(next).is_number() && at(next).text.size() <= 2 && touching(next + 1) &&
            at(next + 1).is_one_of({"st", "nd", "rd", "th"})) {
            number = at(next).number;
            next += 2;
        } else if (at(next).is("twenty") && at(next + 1).is_dash() && at(next + 2).is("first")) {
            number = 21;
            next += 3;
        } else if (at(next).is_word()) {
            number = ordinal_named(at(next).lower);
            ++next;
        }
        if (number < 1 || number > 21) return std::nullopt;
        if (at(next).is_dash()) ++next;
        if (!at(next).is("century") || !is_free_after(tokens_, next + 1)) return std::nullopt;
        return TokenDate{i, next + 1, days_of_century(number, part), DatePrecision::century};
    }

    std::optional<Partial> partial_at(std::size_t i) const {
        if (at(i).kind == DateToken::Kind::mark || !is_free_before(tokens_, i, true)) {
            return std::nullopt;
        }
        if (at(i).is_word()) {
            if (const auto season = season_named(at(i).lower)) {
                return Partial{i + 1, 0, 0, season};
            }
            const auto month = month_at(i);
            if (month.next == 0) return std::nullopt;
            const auto day = day_at(month.next);
            return Partial{day.next != 0 ? day.next : month.next, day.value, month.value, {}};
        }
        const auto day = day_at(i);
        if (day.next == 0) return std::nullopt;
        const auto month = month_at(at(day.next).is("of") ? day.next + 1 : day.next);
        return Partial{month.next != 0 ? month.next : day.next, day.value, month.value, {}};
    }

    /// The token after what joins two dates that share a year; 0: they are not joined.
    [[nodiscard]] std::size_t after_joint(std::size_t i) const {
        const bool joint = at(i).is_dash() || at(i).is('/') || at(i).is('&') || at(i).is(',') ||
                           at(i).is_one_of({"to", "until", "till", "through", "thru", "and", "or"});
        if (!joint) return 0;
        if (at(i).is(',') && at(i + 1).is_one_of({"and", "or"})) ++i;
        if (at(i + 1).is("the")) ++i;
        return i + 1;
    }

    /// August–December 1993; 5 to 9 June 2000; June 5–9, 2000; spring and summer of 1996.
    std::vector<TokenDate> sharing_dates(std::size_t i) {
        const auto partial = partial_at(i);
        if (!partial) return {};
        const auto next = after_joint(partial->next);
        if (next == 0) return {};
        if (partial->month != 0 && partial->day != 0) {
            const auto day = day_at(next);
            const auto year = day.next == 0 ? Found<int>{} : year_after(day.next);
            if (year.next != 0) {
                const auto one =
                    one_day(i, partial->next, year.value, partial->month, partial->day);
                const auto two = one_day(next, year.next, year.value, partial->month, day.value);
                return one && two ? std::vector{*one, *two} : std::vector<TokenDate>{};
            }
        }
        std::vector<TokenDate> rest;
        if (const auto date = full_date(next, true)) {
            rest = {*date};
        } else {
            rest = sharing_dates(next);
        }
        if (rest.empty()) return {};
        const auto completed = complete(i, *partial, rest.front());
        if (!completed) return {};
        rest.insert(rest.begin(), *completed);
        return rest;
    }

    [[nodiscard]] std::optional<TokenDate> complete(std::size_t i, const Partial& partial,
                                                    const TokenDate& lender) const {
        const bool is_day = lender.precision == DatePrecision::day;
        if (!is_day && lender.precision != DatePrecision::month &&
            lender.precision != DatePrecision::season) {
            return std::nullopt;
        }
        // Of winter, the year is that of its end.
        const auto year = static_cast<int>(lender.days.last.year());
        if (partial.day != 0 && partial.month == 0) {
            if (!is_day) return std::nullopt;
            return one_day(i, partial.next, year, static_cast<unsigned>(lender.days.first.month()),
                           partial.day);
        }
        const auto of_year = [&](int y) -> std::optional<TokenDate> {
            if (partial.season) {
                return TokenDate{i, partial.next, days_of_season(y, *partial.season),
                                 DatePrecision::season};
            }
            if (partial.day != 0) return one_day(i, partial.next, y, partial.month, partial.day);
            return TokenDate{i, partial.next, days_of_month(y, partial.month),
                             DatePrecision::month};
        };
        auto date = of_year(year);
        if (date && date->days.first > lender.days.first) date = of_year(year - 1);
        return date;
    }

    [[nodiscard]] TokenDate whole_year(std::size_t i, int year) const {
        return {i, i + 1, days_of_year(year), DatePrecision::year};
    }

    std::vector<TokenDate> bare_years(std::size_t i) {
        const auto year = year_at(tokens_, i);
        if (!year || !is_free_before(tokens_, i) || is_numbered_thing(tokens_, i)) return {};
        if (auto pair = pair_of_years(i, *year)) return *std::move(pair);
        const bool is_named = alone_ || follows_time_word(tokens_, i) || continues_years(i);
        const bool after_plain_preposition =
            i > 0 && at(i - 1).is_one_of({"in", "since", "until", "during", "till"});
        if (!is_named || counts_something(tokens_, i + 1, *year, after_plain_preposition)) {
            return {};
        }
        return {whole_year(i, *year)};
    }

    /// 1914–1918, 1914-18, 1914 to 1918, between 1914 and 1918, 1998–present. Empty where the pair
    /// is no time ("1200 to 1500 soldiers"), nullopt where there is none.
    std::optional<std::vector<TokenDate>> pair_of_years(std::size_t i, int year) const {
        const bool dashed = at(i + 1).is_dash() || (at(i + 1).is('/') && touching(i + 1));
        const bool worded = at(i + 1).is_one_of({"to", "until", "till", "through", "thru"}) ||
                            (at(i + 1).is("and") && i > 0 && at(i - 1).is("between"));
        if (!dashed && !worded) return std::nullopt;
        if (dashed && at(i + 2).is_one_of({"present", "now", "today"})) {
            return std::vector{whole_year(i, year)};
        }
        const auto second = second_year(i + 2, year, dashed);
        if (!second) return std::nullopt;
        const bool goes_on =
            at(i + 3).is_dash() && touching(i + 3) && touching(i + 4) && at(i + 4).is_number();
        if (goes_on || counts_something(tokens_, i + 3, *second, false)) {
            return std::vector<TokenDate>{};
        }
        return std::vector{whole_year(i, year), whole_year(i + 2, *second)};
    }

    [[nodiscard]] std::optional<int> second_year(std::size_t i, int year, bool dashed) const {
        if (const auto second = year_at(tokens_, i)) {
            return *second > year ? second : std::nullopt;
        }
        const auto& token = at(i);
        if (!dashed || !token.is_number() || !touching(i) || !touching(i - 1) ||
            token.text.size() != 2 || !is_free_after(tokens_, i + 1)) {
            return std::nullopt;
        }
        const int second = year / 100 * 100 + token.number;
        return second > year ? std::optional(second) : std::nullopt;
    }

    /// "in 1996, 1997 and 1998": the years after the first.
    [[nodiscard]] bool continues_years(std::size_t i) const {
        if (dates_.empty() || dates_.back().precision != DatePrecision::year) return false;
        const auto from = dates_.back().last;
        if (from >= i || i - from > 2) return false;
        for (std::size_t k = from; k < i; ++k) {
            if (!at(k).is(',') && !at(k).is('&') && !at(k).is('/') &&
                !at(k).is_one_of({"and", "or"})) {
                return false;
            }
        }
        return true;
    }

    const std::vector<DateToken>& tokens_;
    bool alone_;
    EraReader eras_;
    std::optional<YearBefore> before_;
    std::vector<TokenDate> dates_;
};

}  // namespace

std::vector<TokenDate> find_dates(const std::vector<DateToken>& tokens, bool alone,
                                  const Calendar& calendar,
                                  const std::optional<DateMention>& before) {
    return Reader(tokens, alone, calendar, before).read();
}

}  // namespace almagest::text
