#pragma once

#include <string_view>
#include <vector>

#include "text/code_points.h"

namespace almagest::text {

/// Sentences of a text in order, as code point ranges without surrounding white space. A blank
/// line always ends a sentence; a heading, a list item and a table row are sentences of their own.
/// Boundaries are those of UAX #29 (ICU), mended for abbreviations, initials, version numbers,
/// ellipses and closing quotes. `locale` is a BCP 47 tag. Thread-safe.
[[nodiscard]] std::vector<Range> sentences(std::string_view utf8, std::string_view locale = "en");

}  // namespace almagest::text
