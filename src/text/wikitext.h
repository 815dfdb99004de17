#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/mediawiki_dump.h"

namespace almagest::text {

/// The text of a wiki page as a person reads it, in the form that Page::text documents. Headings,
/// lists and tables are kept; links are their words. A template on lines of its own (an infobox)
/// becomes its name and a line "key: value" for each field that is filled in; one inside of a line
/// becomes its values. References, comments, files and links to other languages are dropped; a
/// last line names the categories.
/// Takes well-formed UTF-8; whatever it is, time is linear in it but for nesting, of which 40
/// levels are read. Thread-safe.
[[nodiscard]] std::string read_wikitext(std::string_view wikitext, const WikiSite& site = {});

/// The page that this one only points to (`#REDIRECT [[Target]]`, in any language), without a
/// section, or "".
[[nodiscard]] std::string redirect_target(std::string_view wikitext);

}  // namespace almagest::text
