#pragma once

#include <string>
#include <string_view>

namespace almagest::text {

struct MarkdownText {
    std::string title;  ///< of the front matter, else the first heading, else ""
    std::string text;   ///< as Page::text documents
};

/// The text of a Markdown document (CommonMark with GitHub's tables): marks of emphasis and links
/// are reduced to their text, YAML front matter is left out, fenced code stays. Takes well-formed
/// UTF-8. Throws PermanentError when it is too large or too deep. Thread-safe.
[[nodiscard]] MarkdownText read_markdown(std::string_view utf8);

}  // namespace almagest::text
