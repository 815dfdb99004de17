#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/code_points.h"

namespace almagest::text {

/// The key that names are compared by: NFKC, case folded, accents and punctuation dropped, white
/// space collapsed. The database's dbo.fn_name_key gives the same for Latin, Greek and Cyrillic.
[[nodiscard]] std::string name_key(std::string_view utf8);

/// Where `needle` stands in `haystack` as whole words, compared by case-folded characters with
/// white space, quotes and dashes made alike. Ranges are code points of `haystack`, in order.
[[nodiscard]] std::vector<Range> find_words(std::string_view haystack, std::string_view needle);

/// White space runs become one space; typographic quotes and dashes become ASCII; case stays.
[[nodiscard]] std::string normalised(std::string_view utf8);

enum class Alignment { exact, normalised, fuzzy };
struct AlignedQuote {
    Range range;
    Alignment how = Alignment::exact;
    double similarity = 1.0;
};
/// Finds a quote in a text: word for word, then with white space, quotes, dashes and case made
/// alike, then by least edit distance with a similarity of at least `threshold`. nullopt: none.
[[nodiscard]] std::optional<AlignedQuote> align_quote(std::string_view text, std::string_view quote,
                                                      double threshold = 0.85);

}  // namespace almagest::text
