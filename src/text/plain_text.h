#pragma once

#include <string>
#include <string_view>

namespace almagest::text {

struct PlainText {
    std::string title;  ///< of a first line that stands alone and is short, else ""
    std::string text;   ///< as Page::text documents
};

/// The text of a plain text document. Lines that were wrapped by hand are joined; list items and
/// lines of tables stay lines; underlined lines become headings. Takes well-formed UTF-8 with any
/// kind of line ends. Thread-safe.
[[nodiscard]] PlainText read_plain_text(std::string_view utf8);

}  // namespace almagest::text
