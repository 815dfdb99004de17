#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "text/date_reader.h"
#include "text/dates.h"

namespace almagest::text {

/// A span among tokens: [first, last) with its opening words.
struct TokenSpan {
    std::size_t first = 0;
    std::size_t last = 0;
    std::optional<TokenDate> start;
    std::optional<TokenDate> end;
    bool point = false;
};

/// Groups dates into spans by the words around them, in order.
[[nodiscard]] std::vector<TokenSpan> find_spans(const std::vector<DateToken>& tokens,
                                                const std::vector<TokenDate>& dates);

/// A span as callers see it; `index` maps the bytes of the text that the tokens view.
[[nodiscard]] DatedSpan to_dated_span(const TokenSpan& span, const std::vector<DateToken>& tokens,
                                      const CodePointIndex& index, std::string_view utf8);

}  // namespace almagest::text
