// Feeds arbitrary texts and quotes to what finds quotes, names and dates: the quote is the first
// line, the text the rest.
//
// What must hold: no crash; what is found lies in the text and is not empty; an exact quote stands
// there word for word, and a fuzzy one is as alike as asked for; names do not overlap; dates lie in
// order and end no earlier than they begin.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "holds.h"
#include "text/code_points.h"
#include "text/dates.h"
#include "text/names.h"

namespace {

using namespace almagest::text;  // NOLINT(google-build-using-namespace): a program of one file

void check_quote(std::string_view text, std::string_view quote, const CodePointIndex& index) {
    constexpr double threshold = 0.8;
    const auto found = align_quote(text, quote, threshold);
    if (!found) return;
    require(found->range.start < found->range.end && found->range.end <= index.size());
    require(found->similarity >= threshold && found->similarity <= 1.0);
    const auto slice = index.slice(found->range);
    if (found->how == Alignment::exact) require(quote.find(slice) != quote.npos);
    // What was found stands where it was found, or before.
    const auto again = align_quote(text, slice, threshold);
    require(again && again->range.start <= found->range.start);
}

void check_words(std::string_view text, std::string_view quote, const CodePointIndex& index) {
    std::size_t before = 0;
    for (const auto& [start, end] : find_words(text, quote)) {
        require(before <= start && start < end && end <= index.size());
        before = end;
    }
}

void check_dates(std::string_view text, std::string_view wording, const CodePointIndex& index) {
    std::size_t before = 0;
    for (const auto& date : read_dates(text)) {
        require(before <= date.range.start && date.range.start < date.range.end);
        require(date.range.end <= index.size() && date.first_day <= date.last_day);
        require(index.slice(date.range) == date.said);
        before = date.range.end;
    }
    for (const auto& span : read_time_bounds(text)) require(span.bounds.range.end <= index.size());
    const auto half = index.size() / 2;
    (void)bounds_for(text, {0, half}, {half, index.size()}, wording);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto line = bytes.find('\n');
    if (line == bytes.npos || !is_utf8(bytes)) return 0;
    const auto quote = bytes.substr(0, line);
    const auto text = bytes.substr(line + 1);
    const CodePointIndex index(text);
    check_quote(text, quote, index);
    check_words(text, quote, index);
    check_dates(text, quote, index);
    return 0;
}
