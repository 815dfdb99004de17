#include "text/dates.h"

#include "text/time_spans.h"

namespace almagest::text {
namespace {

DateMention point_mention(const TokenDate& date, const std::vector<DateToken>& tokens,
                          const CodePointIndex& index, std::string_view utf8) {
    const TokenSpan point{date.first, date.last, date, date, true};
    return *to_dated_span(point, tokens, index, utf8).bounds.start;
}

/// Words and points that may stand around a date in a field of its own: "c. 1850", "In May 2004."
bool surrounds_date(const DateToken& token) {
    return token.is('.') || token.is(',') || token.is('(') || token.is(')') ||
           token.is_one_of({"in", "on", "the", "of", "about", "around", "circa", "c", "ca", "ad",
                            "ce", "year"});
}

}  // namespace

std::string_view to_string(DatePrecision precision) {
    switch (precision) {
        case DatePrecision::day:
            return "day";
        case DatePrecision::month:
            return "month";
        case DatePrecision::season:
            return "season";
        case DatePrecision::year:
            return "year";
        case DatePrecision::decade:
            return "decade";
        case DatePrecision::century:
            return "century";
    }
    return "";
}

std::vector<DateMention> read_dates(std::string_view utf8, const Calendar& calendar,
                                    const std::optional<DateMention>& before) {
    const auto tokens = date_tokens(utf8);
    const CodePointIndex index(utf8);
    std::vector<DateMention> mentions;
    for (const auto& date : find_dates(tokens, false, calendar, before)) {
        mentions.push_back(point_mention(date, tokens, index, utf8));
    }
    return mentions;
}

std::vector<DatedSpan> read_time_bounds(std::string_view utf8, const Calendar& calendar) {
    const auto tokens = date_tokens(utf8);
    const CodePointIndex index(utf8);
    std::vector<DatedSpan> spans;
    for (const auto& span : find_spans(tokens, find_dates(tokens, false, calendar))) {
        spans.push_back(to_dated_span(span, tokens, index, utf8));
    }
    return spans;
}

std::optional<DateMention> read_date(std::string_view utf8, const Calendar& calendar) {
    const auto tokens = date_tokens(utf8);
    const auto dates = find_dates(tokens, true, calendar);
    if (dates.size() != 1) return std::nullopt;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool within = i >= dates[0].first && i < dates[0].last;
        if (!within && !surrounds_date(tokens[i])) return std::nullopt;
    }
    return point_mention(dates[0], tokens, CodePointIndex(utf8), utf8);
}

}  // namespace almagest::text
