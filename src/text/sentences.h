#pragma once

#include <string_view>
#include <vector>

#include "text/code_points.h"

namespace almagest::text {

/// Sentences of a text in order, as code point ranges without surrounding white space; whatever is
/// not white space lies in one of them. A blank line always ends a sentence, and a heading and a
/// table row are one each; a list item begins one. A single line break ends one unless the line is
/// wrapped (the next goes on in small letters, or this one is long). Boundaries are those of UAX
/// #29 (ICU), mended for abbreviations, initials, version numbers, ellipses and closing quotes; for
/// languages other than English, by ICU's own abbreviations. `locale` is a BCP 47 tag. Linear time.
/// Thread-safe. Throws UsageError for a locale that is no tag.
[[nodiscard]] std::vector<Range> sentences(std::string_view utf8, std::string_view locale = "en");

}  // namespace almagest::text
