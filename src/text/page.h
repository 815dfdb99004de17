#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "error/error.h"

namespace almagest::text {

enum class MediaType : std::uint8_t { plain_text, markdown, html, pdf, wikitext };

/// A page as people read it: UTF-8, NFC is not forced (offsets are into what is stored here).
struct Page {
    std::string title;
    /// Paragraphs parted by one empty line; a heading is a paragraph that starts with "# " to
    /// "###### "; list items start with "- "; a table row is one line of cells joined by " | ".
    std::string text;
    MediaType media_type = MediaType::plain_text;
    std::string charset;  ///< the charset that the bytes were decoded from
};

/// The bytes are something else than a page: an image, a style sheet, a program, nothing at all.
class NotAPage : public PermanentError {
  public:
    using PermanentError::PermanentError;
};

/// Does the name's extension say that this is text, Markdown, HTML or PDF?
[[nodiscard]] bool has_page_name(std::string_view file_name);

/// By the name's extension, else by the content. nullopt: this is not a page (binary, or a style
/// sheet, a script, JSON, YAML, XML other than XHTML).
[[nodiscard]] std::optional<MediaType> detect_media_type(std::string_view file_name,
                                                         std::string_view bytes);

/// Decodes to UTF-8: byte order mark, then `declared`, then a declaration in the page (HTML meta,
/// XML prologue), then UTF-8 if it is well-formed, then ICU's detector where it is sure enough.
/// A charset that does not fit the bytes is passed over; ISO 8859-1 means windows-1252, as in
/// browsers. Writes the charset used to `*charset`. Throws PermanentError when no charset fits,
/// NotAPage when the bytes are binary (NUL bytes, many control characters).
[[nodiscard]] std::string decode(std::string_view bytes, std::optional<std::string> declared,
                                 std::string* charset);

/// Reads a page of any supported type. `name` names it in errors and is the title of last resort.
/// Throws PermanentError "name: …" when it cannot be decoded or holds no readable text, NotAPage
/// where it is none or empty.
/// The text never contains NUL, carriage returns, or unpaired surrogates. Thread-safe.
/// `type` where it is known; else it is told by name and content.
[[nodiscard]] Page read_page(std::string_view name, std::string_view bytes,
                             std::optional<std::string> declared_charset = std::nullopt,
                             std::optional<MediaType> type = std::nullopt);

}  // namespace almagest::text
