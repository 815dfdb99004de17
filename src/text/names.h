#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/code_points.h"

namespace almagest::text {

/// The key that names are compared by: compatibility forms and case folded, accents and punctuation
/// dropped, white space collapsed; but "+" and "#" right behind a word stay, since C, C++ and C#
/// are three. The database's dbo.fn_name_key gives the same for every character of Unicode 15, but
/// " " for white space alone. A name of nothing but punctuation or symbols keeps them: its key is
/// the trimmed, lower-cased text. Thread-safe, as is everything here.
[[nodiscard]] std::string name_key(std::string_view utf8);

/// Where `needle` stands in `haystack` as whole words, compared by case-folded characters with
/// white space, quotes and dashes made alike. "Rover 1" does not stand in "Rover 1.2", nor "C" in
/// "C++"; scripts that write no spaces (Chinese, Japanese, Thai …) need none around a word.
/// Ranges are code points of `haystack`, in order, not overlapping.
[[nodiscard]] std::vector<Range> find_words(std::string_view haystack, std::string_view needle);

/// Does one of `needles` stand in `haystack`, as find_words finds it?
[[nodiscard]] bool has_any_words(std::string_view haystack,
                                 const std::vector<std::string>& needles);

/// White space runs become one space, those at the ends go; typographic quotes and dashes become
/// ASCII; soft hyphens and zero-width spaces go; case stays.
[[nodiscard]] std::string normalised(std::string_view utf8);

enum class Alignment { exact, normalised, fuzzy };
struct AlignedQuote {
    Range range;  ///< code points of the text
    Alignment how = Alignment::exact;
    double similarity = 1.0;
};
/// Finds a quote in a text: word for word, then with white space, quotes, dashes and case made
/// alike, then by least edit distance with a similarity (1 − edits / length of the longer) of at
/// least `threshold`, from word edge to word edge. nullopt: none. Throws UsageError unless
/// 0 < threshold <= 1. Time is at worst text × quote / 64.
[[nodiscard]] std::optional<AlignedQuote> align_quote(std::string_view text, std::string_view quote,
                                                      double threshold = 0.85);

}  // namespace almagest::text
