#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/mediawiki_dump.h"

namespace almagest::text {

/// Wikitext whose templates and links have been replaced by what they read as. Headings, lists,
/// tables and what marks words are still there.
struct ExpandedWikitext {
    /// Where block i stood there is a line of kBlockMark, i, kBlockMark.
    std::string text;
    std::vector<std::vector<std::string>> blocks;
    std::vector<std::string> categories;
};

[[nodiscard]] ExpandedWikitext expand_wikitext(std::string_view wikitext, const WikiSite& site);

}  // namespace almagest::text
