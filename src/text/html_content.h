#pragma once

#include <cstdint>
#include <vector>

#include "text/html.h"
#include "text/html_tree.h"

namespace almagest::text {

/// What is to be done with each node of a tree, by node number.
struct HtmlContent {
    enum class Use : std::uint8_t {
        read,
        heading_only,  ///< left out with its subtree, but for an <h1> in it
        leave,         ///< left out with its subtree
    };
    std::vector<Use> use;
    std::vector<std::uint8_t> data_table;  ///< of tables: rows are to be written as rows
};

/// Tells content from what is around it.
[[nodiscard]] HtmlContent find_content(const HtmlTree& tree, Boilerplate boilerplate);

}  // namespace almagest::text
