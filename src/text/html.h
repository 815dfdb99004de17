#pragma once

#include <string>
#include <string_view>

namespace almagest::text {

struct HtmlText {
    std::string title;  ///< of <title>, else of the first <h1>, else ""
    std::string text;   ///< as Page::text documents
};

enum class Boilerplate {
    drop,  ///< navigation, sidebars, page headers and footers, lists of links beside the content
    keep,
};

/// The text of an HTML document. Scripts, styles, controls and hidden elements are never read.
/// Where nearly all the text is boilerplate, it is kept, for then it is the content.
/// Takes well-formed UTF-8. Throws PermanentError as parse_html does. Thread-safe.
[[nodiscard]] HtmlText read_html(std::string_view utf8,
                                 Boilerplate boilerplate = Boilerplate::drop);

}  // namespace almagest::text
