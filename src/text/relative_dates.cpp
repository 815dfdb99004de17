#include "text/relative_dates.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "text/calendar.h"

namespace almagest::text {
namespace {

using Tokens = std::vector<DateToken>;

enum class Step { none, day, month, year };

const DateToken& at(const Tokens& tokens, std::size_t i) {
    static const DateToken none;
    return i < tokens.size() ? tokens[i] : none;
}

Step step_named(const DateToken& word) {
    if (word.is_one_of({"day", "days"})) return Step::day;
    if (word.is_one_of({"month", "months"})) return Step::month;
    return word.is_one_of({"year", "years"}) ? Step::year : Step::none;
}

/// "two", "12", "a"; 0: no number.
int count_at(const Tokens& tokens, std::size_t i) {
    static constexpr std::array<std::string_view, 13> names{
        "",      "one",   "two",  "three", "four",   "five",  "six",
        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    const auto& token = at(tokens, i);
    if (token.is_number()) return token.text.size() <= 3 ? std::max(token.number, 0) : 0;
    if (!token.is_word()) return 0;
    if (token.is_one_of({"a", "an"})) return 1;
    const auto found = std::find(names.begin() + 1, names.end(), token.lower);
    return found == names.end() ? 0 : static_cast<int>(found - names.begin());
}

/// "about two years later", "half a year later", "one and a half years later" name no certain time.
bool is_uncertain(const Tokens& tokens, std::size_t i) {
    return i > 0 && (tokens[i - 1].is_one_of({"about", "around", "nearly", "almost", "over", "some",
                                              "roughly", "approximately", "than", "half", "least",
                                              "most", "circa", "every"}) ||
                     tokens[i - 1].is_number() || tokens[i - 1].is('.') || tokens[i - 1].is('-'));
}

struct Distance {
    Step step = Step::none;
    int count = 0;
    std::size_t next = 0;
};

Distance distance_at(const Tokens& tokens, std::size_t i) {
    const auto& first = at(tokens, i);
    if (first.is("the") || first.is("that")) {
        const auto& second = at(tokens, i + 1);
        const bool same = second.is("same");
        const auto step = step_named(at(tokens, i + 2));
        const bool single = !at(tokens, i + 2).lower.ends_with('s');
        if (same && step != Step::none && single) return {step, 0, i + 3};
        if (first.is("that") && step_named(second) != Step::none && !second.lower.ends_with('s'))
            return {step_named(second), 0, i + 2};
        if (!first.is("the") || step == Step::none || !single) return {};
        if (second.is_one_of({"following", "next"})) return {step, 1, i + 3};
        if (second.is_one_of({"previous", "preceding"})) return {step, -1, i + 3};
        return {};
    }
    const int count = count_at(tokens, i);
    if (count == 0 || is_uncertain(tokens, i)) return {};
    const auto step = step_named(at(tokens, i + 1));
    if (step == Step::none) return {};
    const auto& side = at(tokens, i + 2);
    if (side.is_one_of({"later", "afterwards", "afterward"})) return {step, count, i + 3};
    if (side.is("earlier")) return {step, -count, i + 3};
    return {};
}

bool sentence_ends_between(const Tokens& tokens, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
        const bool paragraph = tokens[i].is(char32_t{0x2029});
        const bool stop = tokens[i].is('.') || tokens[i].is('!') || tokens[i].is('?');
        if (paragraph || (stop && at(tokens, i + 1).spaced && at(tokens, i + 1).is_capitalised()))
            return true;
    }
    return false;
}

std::optional<TokenDate> moved(const TokenDate& anchor, const Distance& distance,
                               std::size_t first) {
    using namespace std::chrono;  // NOLINT(google-build-using-namespace): calendars are its own
    // Of winter, the year is that of its end.
    const auto day = anchor.days.last;
    if (distance.step == Step::year) {
        if (anchor.precision > DatePrecision::year) return std::nullopt;
        const int year = static_cast<int>(day.year()) + distance.count;
        if (year < 1 || year > 9999) return std::nullopt;
        return TokenDate{first, distance.next, days_of_year(year), DatePrecision::year};
    }
    if (distance.step == Step::month) {
        if (anchor.precision > DatePrecision::month) return std::nullopt;
        const auto month = year_month(day.year(), day.month()) + months(distance.count);
        return TokenDate{
            first, distance.next,
            days_of_month(static_cast<int>(month.year()), static_cast<unsigned>(month.month())),
            DatePrecision::month};
    }
    if (anchor.precision != DatePrecision::day) return std::nullopt;
    const year_month_day there(sys_days(day) + days(distance.count));
    return TokenDate{first, distance.next, {there, there}, DatePrecision::day};
}

}  // namespace

std::optional<TokenDate> relative_date(const Tokens& tokens, std::size_t i,
                                       const TokenDate& anchor) {
    const auto distance = distance_at(tokens, i);
    if (distance.step == Step::none || sentence_ends_between(tokens, anchor.last, i))
        return std::nullopt;
    return moved(anchor, distance, i);
}

}  // namespace almagest::text
