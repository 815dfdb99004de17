#pragma once

#include <string>
#include <string_view>

namespace almagest::text {

struct PdfText {
    std::string title;  ///< of the document's properties, or ""
    std::string text;   ///< as Page::text documents; a page of paper ends a paragraph
};

/// The text of a PDF in reading order. Throws PermanentError when it is encrypted, damaged, has
/// more than 20,000 pages, or more text than `most_bytes`. Thread-safe (one document at a time).
[[nodiscard]] PdfText read_pdf(std::string_view bytes, std::size_t most_bytes = 256UL << 20U);

}  // namespace almagest::text
