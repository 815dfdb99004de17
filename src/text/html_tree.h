#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::text {

/// What an element means for the text of its page.
enum class Tag : std::uint8_t {
    text,
    phrase,   ///< part of the line that it stands in
    block,    ///< a part of its own
    dropped,  ///< never read: scripts, styles, controls
    title,
    heading1,
    heading2,
    heading3,
    heading4,
    heading5,
    heading6,
    list,
    list_item,
    table,
    row,
    cell,
    preformatted,
    line_break,
    link,
    quotation,
    superscript,
    main,
    article,
    header,
    footer,
    navigation,
    form,
};

[[nodiscard]] constexpr int heading_level(Tag tag) {
    return tag >= Tag::heading1 && tag <= Tag::heading6
               ? static_cast<int>(tag) - static_cast<int>(Tag::heading1) + 1
               : 0;
}

struct HtmlNode {
    Tag tag = Tag::text;
    bool hidden = false;
    std::uint32_t parent = 0;
    std::uint32_t end = 0;         ///< one past the last node of this subtree
    std::uint32_t text_start = 0;  ///< for Tag::text
    std::uint32_t text_length = 0;
};

/// A document in document order: every node's subtree is the nodes from it up to its `end`. Node 0
/// is the root. Nothing about it is recursive, so depth costs nothing.
struct HtmlTree {
    std::vector<HtmlNode> nodes;
    std::string characters;

    [[nodiscard]] std::string_view text(const HtmlNode& node) const {
        return std::string_view(characters).substr(node.text_start, node.text_length);
    }
};

/// Parses HTML or XHTML as browsers would, whatever it is; loads nothing and prints nothing.
/// Takes well-formed UTF-8. Throws PermanentError when it nests deeper than 200,000 elements (256
/// to 20,000 where it has more than 100,000 end tags) or has more than 8 million parts.
/// Thread-safe.
[[nodiscard]] HtmlTree parse_html(std::string_view utf8);

}  // namespace almagest::text
