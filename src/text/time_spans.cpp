#include "text/time_spans.h"

namespace almagest::text {
namespace {

using Tokens = std::vector<DateToken>;

enum class Opening { none, start, end, between, by };

struct Opener {
    Opening opening = Opening::none;
    std::size_t first = 0;  ///< the token where its words start
};

bool is_until(const DateToken& token) {
    return token.is_one_of({"until", "till", "til", "through", "thru", "to"});
}

bool is_present(const DateToken& token) {
    return token.is_one_of({"present", "now", "today", "date", "onward", "onwards"});
}

bool is_weekday(const DateToken& token) {
    return token.is_one_of(
        {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"});
}

/// Words that may stand between "until" and its date: "until about the end of 1996".
bool qualifies_date(const DateToken& token) {
    return is_weekday(token) ||
           token.is_one_of({"the",    "a",       "end",    "beginning", "start",
                            "middle", "of",      "in",     "on",        "at",
                            "least",  "about",   "around", "circa",     "c",
                            "ca",     "early",   "mid",    "late",      "year",
                            "month",  "its",     "their",  "half",      "first",
                            "second", "roughly", "summer", "sometime",  "approximately"});
}

/// What opens the date that starts at token `first`; looks at most six tokens back.
Opener opener_of(const Tokens& tokens, std::size_t first) {
    std::size_t i = first;
    for (int looked = 0; looked < 6 && i > 0; ++looked) {
        const auto& token = tokens[i - 1];
        const bool starts_in = token.is_one_of({"starting", "beginning", "effective"}) &&
                               i < first && tokens[i].is_one_of({"in", "on", "from", "with"});
        if (starts_in || token.is_one_of({"from", "since", "after", "starting"})) {
            return {Opening::start, i - 1};
        }
        if (token.is("of") && i >= 2 && tokens[i - 2].is("as")) return {Opening::start, i - 2};
        if (token.is("to") && i >= 2 && tokens[i - 2].is("up")) return {Opening::end, i - 2};
        if (is_until(token) || token.is_one_of({"before", "ending"})) {
            return {Opening::end, i - 1};
        }
        if (token.is("between")) return {Opening::between, i - 1};
        if (token.is("by")) return {Opening::by, i - 1};
        const bool after_weekday = token.is(',') && i >= 2 && is_weekday(tokens[i - 2]);
        if (!qualifies_date(token) && !after_weekday && !token.is('.')) break;
        --i;
    }
    return {Opening::none, first};
}

bool only_qualifiers(const Tokens& tokens, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
        if (!qualifies_date(tokens[i])) return false;
    }
    return true;
}

/// Are the dates on both sides of [first, last) the two ends of one span?
bool joins(const Tokens& tokens, std::size_t first, std::size_t last, Opening opening) {
    if (first < last && tokens[first].is(',')) ++first;
    if (first >= last) return false;
    const auto& joint = tokens[first];
    const bool is_joint = joint.is_dash() || is_until(joint) ||
                          (joint.is('/') && last == first + 1) ||
                          (joint.is("and") && opening == Opening::between);
    if (!is_joint && !(joint.is("up") && first + 1 < last && tokens[first + 1].is("to"))) {
        return false;
    }
    return only_qualifiers(tokens, joint.is("up") ? first + 2 : first + 1, last);
}

/// "from April 2001, when she was chosen, until May 2002"
bool joins_over_aside(const Tokens& tokens, std::size_t first, std::size_t second_opener) {
    constexpr std::size_t longest_aside = 12;
    if (second_opener <= first || second_opener - first > longest_aside) return false;
    for (std::size_t i = first; i < second_opener; ++i) {
        if (tokens[i].is(';') || tokens[i].is('.') || tokens[i].is("and")) return false;
    }
    return tokens[second_opener].is_one_of({"until", "till", "to", "through"});
}

/// The token after "–present", "to the present", "until today", "onwards"; 0: it is not said.
std::size_t after_present(const Tokens& tokens, std::size_t i) {
    if (i >= tokens.size()) return 0;
    if (tokens[i].is_one_of({"onward", "onwards"})) return i + 1;
    if (!tokens[i].is_dash() && !is_until(tokens[i])) return 0;
    ++i;
    if (i < tokens.size() && tokens[i].is_one_of({"the", "this"})) ++i;
    const bool said = i < tokens.size() && (is_present(tokens[i]) || tokens[i].is("day"));
    return said ? i + 1 : 0;
}

bool has_from_before(const Tokens& tokens, std::size_t i) {
    for (int looked = 0; looked < 8 && i > 0; ++looked, --i) {
        if (tokens[i - 1].is("from")) return true;
    }
    return false;
}

TokenSpan single(const Tokens& tokens, const TokenDate& date, const Opener& opener) {
    if (const auto next = after_present(tokens, date.last); next != 0) {
        return {opener.first, next, date, std::nullopt, false};
    }
    const bool moved_to = opener.opening == Opening::end && tokens[opener.first].is("to") &&
                          !has_from_before(tokens, opener.first);
    if (opener.opening == Opening::start) {
        return {opener.first, date.last, date, std::nullopt, false};
    }
    if (opener.opening == Opening::end && !moved_to) {
        return {opener.first, date.last, std::nullopt, date, false};
    }
    return {date.first, date.last, date, date, true};
}

DateMention to_mention(const TokenDate& date, const Tokens& tokens, const CodePointIndex& index,
                       std::string_view utf8) {
    const auto start = tokens[date.first].offset;
    const auto end = tokens[date.last - 1].end();
    return {{index.code_point_of(start), index.code_point_of(end)},
            std::string(utf8.substr(start, end - start)),
            iso_8601(date.days.first),
            iso_8601(date.days.last),
            date.precision};
}

}  // namespace

std::vector<TokenSpan> find_spans(const Tokens& tokens, const std::vector<TokenDate>& dates) {
    std::vector<TokenSpan> spans;
    for (std::size_t i = 0; i < dates.size(); ++i) {
        const auto opener = opener_of(tokens, dates[i].first);
        if (i + 1 < dates.size()) {
            const auto& next = dates[i + 1];
            const bool over_aside =
                opener.opening == Opening::start &&
                joins_over_aside(tokens, dates[i].last, opener_of(tokens, next.first).first);
            if (over_aside || joins(tokens, dates[i].last, next.first, opener.opening)) {
                spans.push_back({opener.first, next.last, dates[i], next, false});
                ++i;
                continue;
            }
        }
        spans.push_back(single(tokens, dates[i], opener));
    }
    return spans;
}

DatedSpan to_dated_span(const TokenSpan& span, const Tokens& tokens, const CodePointIndex& index,
                        std::string_view utf8) {
    DatedSpan dated;
    dated.point = span.point;
    if (span.start) dated.bounds.start = to_mention(*span.start, tokens, index, utf8);
    if (span.end) dated.bounds.end = to_mention(*span.end, tokens, index, utf8);
    dated.bounds.range = {index.code_point_of(tokens[span.first].offset),
                          index.code_point_of(tokens[span.last - 1].end())};
    return dated;
}

}  // namespace almagest::text
