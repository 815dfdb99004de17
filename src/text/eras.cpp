#include "text/eras.h"

#include <algorithm>
#include <optional>

#include "text/calendar.h"
#include "text/date_reader.h"
#include "text/date_tokens.h"
#include "text/year_context.h"

namespace almagest::text {
namespace {

using Tokens = std::vector<DateToken>;

struct Number {
    int value = 0;
    std::size_t next = 0;  ///< the token after it; 0: there is none
};

/// 19, 5000 or 5,000.
Number number_at(const Tokens& tokens, std::size_t i) {
    if (i >= tokens.size() || tokens[i].number < 0) return {};
    const bool has_thousands = tokens[i].text.size() <= 2 && i + 2 < tokens.size() &&
                               tokens[i + 1].is(',') && !tokens[i + 1].spaced &&
                               tokens[i + 2].is_number() && !tokens[i + 2].spaced &&
                               tokens[i + 2].text.size() == 3;
    if (has_thousands) return {tokens[i].number * 1000 + tokens[i + 2].number, i + 3};
    return {tokens[i].number, i + 1};
}

bool joins_years(const Tokens& tokens, std::size_t i, std::size_t first) {
    if (i >= tokens.size()) return false;
    if (tokens[i].is("and")) return first > 0 && tokens[first - 1].is("between");
    return tokens[i].is_dash() || tokens[i].is_one_of({"to", "until", "till", "through"});
}

Part part_of(const DateToken& word) {
    if (word.is("early")) return Part::early;
    if (word.is("mid")) return Part::middle;
    return word.is("late") ? Part::late : Part::whole;
}

std::optional<TokenDate> year_of(const Era& era, int number, std::size_t first, std::size_t last,
                                 Part part = Part::whole) {
    const int year = era.backward ? era.zero - number : era.zero + number;
    if (year < 1 || year > 9999) return std::nullopt;
    return TokenDate{first, last, days_of_year(year, part), DatePrecision::year};
}

}  // namespace

EraReader::EraReader(const Calendar& calendar) {
    for (const auto& era : calendar) {
        for (const auto& name : era.names) {
            Name read{{}, &era};
            for (const auto& token : date_tokens(name)) read.words.push_back(token.text);
            if (!read.words.empty()) names_.push_back(std::move(read));
        }
    }
    std::stable_sort(names_.begin(), names_.end(), [](const Name& left, const Name& right) {
        return left.words.size() > right.words.size();
    });
}

std::vector<TokenDate> EraReader::read(const Tokens& tokens, std::size_t i) const {
    if (names_.empty()) return {};
    auto part = part_of(tokens[i]);
    std::size_t at = part == Part::whole ? i : i + 1;
    if (at > i && at < tokens.size() && tokens[at].is_dash()) ++at;
    const auto number = number_at(tokens, at);
    if (number.next == 0 || !is_free_before(tokens, i, true)) return {};

    const auto named = [&](std::size_t from) -> const Name* {
        const auto found = std::find_if(names_.begin(), names_.end(), [&](const Name& name) {
            return from + name.words.size() <= tokens.size() &&
                   std::equal(
                       name.words.begin(), name.words.end(),
                       tokens.begin() + static_cast<std::ptrdiff_t>(from),
                       [](std::string_view word, const DateToken& t) { return word == t.text; });
        });
        return found == names_.end() ? nullptr : &*found;
    };
    if (const auto* name = named(number.next)) {
        const auto date =
            year_of(*name->era, number.value, i, number.next + name->words.size(), part);
        return date ? std::vector{*date} : std::vector<TokenDate>{};
    }
    if (part != Part::whole || !joins_years(tokens, number.next, i)) return {};
    const auto second = number_at(tokens, number.next + 1);
    const auto* name = second.next == 0 ? nullptr : named(second.next);
    if (name == nullptr) return {};
    const auto from = year_of(*name->era, number.value, i, number.next);
    const auto to =
        year_of(*name->era, second.value, number.next + 1, second.next + name->words.size());
    return from && to ? std::vector{*from, *to} : std::vector<TokenDate>{};
}

}  // namespace almagest::text
