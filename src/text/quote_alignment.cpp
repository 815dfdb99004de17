#include <algorithm>
#include <cmath>
#include <string>

#include "error/error.h"
#include "text/approximate_search.h"
#include "text/folding.h"
#include "text/names.h"

namespace almagest::text {
namespace {

constexpr auto nowhere = std::u32string::npos;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\n\v\f\r";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// Where `first`…`last` of the folded text may stand for a quote: at characters' edges and, if it
/// can be, at words' edges.
bool at_word_edges(const FoldedText& text, std::size_t first, std::size_t last) {
    return text.is_edge(first) && text.is_edge(last) && !text.inside_word(first) &&
           !text.inside_word(last);
}

/// A quote of several words may be cut in the middle of one; a single word may not be part of one.
bool may_cut_words(const std::u32string& quote) {
    return quote.find(U' ') != nowhere;
}

std::optional<Range> find_same(const FoldedText& text, const std::u32string& quote) {
    const auto& characters = text.characters();
    std::optional<Range> cut;
    for (auto at = characters.find(quote); at != nowhere; at = characters.find(quote, at + 1)) {
        const auto end = at + quote.size();
        if (at_word_edges(text, at, end)) return text.origin(at, end);
        if (!cut && text.is_edge(at) && text.is_edge(end)) cut = text.origin(at, end);
    }
    return may_cut_words(quote) ? cut : std::nullopt;
}

/// Of the exact occurrences, the first whole-word one, else the first that may be cut.
std::optional<Range> find_exact(std::string_view text, const FoldedText& folded,
                                std::string_view quote, const std::u32string& folded_quote) {
    std::optional<Range> cut;
    std::size_t counted_to = 0;
    std::size_t code_points = 0;
    for (auto at = text.find(quote); at != std::string_view::npos; at = text.find(quote, at + 1)) {
        code_points += code_point_count(text.substr(counted_to, at - counted_to));
        counted_to = at;
        const Range range{code_points, code_points + code_point_count(quote)};
        const auto [first, last] = folded.characters_of(range);
        if (first == last) continue;
        if (at_word_edges(folded, first, last)) return range;
        if (!cut && folded.is_edge(first) && folded.is_edge(last)) cut = range;
    }
    return may_cut_words(folded_quote) ? cut : std::nullopt;
}

double similarity_of(std::size_t distance, std::size_t left, std::size_t right) {
    return 1.0 - static_cast<double>(distance) / static_cast<double>(std::max(left, right));
}

struct Occurrence {
    std::size_t first = 0;
    std::size_t last = 0;
    double similarity = 0.0;
};

/// The occurrence that ends at `end`, grown to the edges of the words that it touches.
Occurrence occurrence_ending_at(const FoldedText& text, const std::u32string& quote,
                                std::size_t end, std::size_t distance) {
    const auto& characters = text.characters();
    const auto reach = std::min(end, quote.size() + distance);
    const std::u32string before(
        characters.rbegin() + static_cast<std::ptrdiff_t>(characters.size() - end),
        characters.rbegin() + static_cast<std::ptrdiff_t>(characters.size() - end + reach));
    const std::u32string reversed_quote(quote.rbegin(), quote.rend());
    std::size_t first = end - closest_prefix(before, reversed_quote);
    std::size_t last = end;
    const auto is_inside = [&](std::size_t at) {
        return text.inside_word(at) || !text.is_edge(at);
    };
    // A word longer than the quote cannot be part of an acceptable occurrence.
    const auto longest = 2 * quote.size() + distance;
    while (first > 0 && last - first < longest && is_inside(first)) --first;
    while (last < characters.size() && last - first < longest && is_inside(last)) ++last;
    while (first < last && characters[first] == U' ') ++first;
    while (last > first && characters[last - 1] == U' ') --last;
    const auto found = std::u32string_view(characters).substr(first, last - first);
    if (found.empty()) return {};
    return {first, last, similarity_of(edit_distance(quote, found), quote.size(), found.size())};
}

std::optional<AlignedQuote> find_similar(const FoldedText& text, const std::u32string& quote,
                                         double threshold) {
    // With a distance above this no occurrence, however long, reaches the threshold.
    const auto length = static_cast<double>(quote.size());
    const auto limit =
        static_cast<std::size_t>(std::floor(length * (1.0 - threshold) / threshold + 1e-9));
    if (limit >= quote.size()) return std::nullopt;
    const auto nearest = approximate_ends(text.characters(), quote, limit);
    Occurrence best;
    for (const auto end : nearest.ends) {
        const auto candidate = occurrence_ending_at(text, quote, end, nearest.distance);
        if (candidate.similarity > best.similarity) best = candidate;
    }
    if (best.last == best.first || best.similarity < threshold) return std::nullopt;
    return AlignedQuote{text.origin(best.first, best.last), Alignment::fuzzy, best.similarity};
}

}  // namespace

std::optional<AlignedQuote> align_quote(std::string_view text, std::string_view quote,
                                        double threshold) {
    if (!(threshold > 0.0 && threshold <= 1.0)) {
        throw UsageError("a quote's similarity threshold must be above 0 and at most 1, not " +
                         std::to_string(threshold));
    }
    const FoldedText folded_quote(quote);
    const auto& wanted = folded_quote.characters();
    if (wanted.empty() || text.empty()) return std::nullopt;
    const FoldedText folded(text);
    if (const auto range = find_exact(text, folded, trimmed(quote), wanted)) {
        return AlignedQuote{*range, Alignment::exact, 1.0};
    }
    if (const auto range = find_same(folded, wanted)) {
        return AlignedQuote{*range, Alignment::normalised, 1.0};
    }
    return find_similar(folded, wanted, threshold);
}

}  // namespace almagest::text
