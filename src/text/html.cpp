#include "text/html.h"

#include <vector>

#include "text/html_content.h"
#include "text/html_tree.h"
#include "text/page_writer.h"

namespace almagest::text {
namespace {

using Use = HtmlContent::Use;

/// Walks a tree and writes its text.
class Renderer {
  public:
    Renderer(const HtmlTree& tree, const HtmlContent& content)
        : tree_(tree), nodes_(tree.nodes), content_(content) {}

    std::string render() {
        std::vector<std::uint32_t> open;
        for (std::uint32_t i = 0; i < nodes_.size();) {
            while (!open.empty() && nodes_[open.back()].end <= i) {
                leave(open.back());
                open.pop_back();
            }
            if (content_.use[i] != Use::read) {
                if (content_.use[i] == Use::heading_only) write_headings(i);
                i = nodes_[i].end;
                continue;
            }
            enter(i);
            open.push_back(i);
            ++i;
        }
        for (; !open.empty(); open.pop_back()) leave(open.back());
        flush();
        return writer_.take();
    }

    /// The flow of the first readable node with `tag`, or "".
    [[nodiscard]] std::string first(Tag tag) const {
        for (std::uint32_t i = 0; i < nodes_.size();) {
            if (nodes_[i].tag == tag) {
                if (std::string text = flow_of(i); !text.empty()) return text;
                i = nodes_[i].end;
            } else {
                i = nodes_[i].tag == Tag::dropped ? nodes_[i].end : i + 1;
            }
        }
        return "";
    }

  private:
    [[nodiscard]] std::string flow_of(std::uint32_t root) const {
        Flow flow;
        for (std::uint32_t i = root; i < nodes_[root].end; ++i) {
            if (i != root && content_.use[i] == Use::leave) {
                i = nodes_[i].end - 1;
            } else if (nodes_[i].tag == Tag::text) {
                flow.append(tree_.text(nodes_[i]));
            } else if (nodes_[i].tag == Tag::line_break || nodes_[i].tag == Tag::block) {
                flow.space();
            }
        }
        return flow.take();
    }

    /// The page's name often stands in what is left out.
    void write_headings(std::uint32_t root) {
        flush();
        for (std::uint32_t i = root; i < nodes_[root].end; ++i) {
            if (i != root && content_.use[i] == Use::leave) {
                i = nodes_[i].end - 1;
            } else if (nodes_[i].tag == Tag::heading1) {
                writer_.heading(1, flow_of(i));
                i = nodes_[i].end - 1;
            }
        }
    }

    void enter(std::uint32_t number) {
        const HtmlNode& node = nodes_[number];
        switch (node.tag) {
            case Tag::text:
                if (preformatted_ > 0) {
                    raw_ += tree_.text(node);
                } else {
                    flow_.append(tree_.text(node));
                }
                break;
            case Tag::line_break:
                if (preformatted_ > 0) {
                    raw_ += '\n';
                } else if (in_cell_) {
                    flow_.space();
                } else {
                    flow_.line_break();
                }
                break;
            case Tag::quotation:
                flow_or_raw("“");
                break;
            case Tag::preformatted:
                boundary();
                ++preformatted_;
                break;
            case Tag::table:
                boundary();
                data_tables_.push_back(content_.data_table[number] != 0 ? number : 0);
                break;
            case Tag::row:
                boundary();
                cells_.clear();
                in_row_ = !data_tables_.empty() && data_tables_.back() != 0;
                break;
            case Tag::cell:
                boundary();
                if (in_row_) in_cell_ = true;
                break;
            case Tag::list_item:
                if (in_cell_ && !flow_.empty()) {
                    flow_.append("; ");
                } else {
                    boundary();
                    item_waits_ = !in_cell_;
                }
                break;
            default:
                if (is_block(node.tag)) boundary();
                if (const int level = heading_level(node.tag); level > 0) heading_ = level;
        }
    }

    void leave(std::uint32_t number) {
        const Tag tag = nodes_[number].tag;
        switch (tag) {
            case Tag::quotation:
                flow_or_raw("”");
                break;
            case Tag::preformatted:
                if (--preformatted_ == 0) {
                    writer_.preformatted(raw_);
                    raw_.clear();
                }
                break;
            case Tag::cell:
                if (in_cell_) {
                    cells_.push_back(flow_.take());
                    in_cell_ = false;
                } else {
                    boundary();
                }
                break;
            case Tag::row:
                if (in_row_) writer_.table_row(data_tables_.back(), cells_);
                in_row_ = false;
                break;
            case Tag::table:
                boundary();
                data_tables_.pop_back();
                break;
            case Tag::list_item:
                if (!in_cell_) {
                    flush();
                    item_waits_ = false;
                }
                break;
            default:
                if (is_block(tag)) boundary();
                if (heading_level(tag) > 0) heading_ = 0;
        }
    }

    [[nodiscard]] static bool is_block(Tag tag) {
        switch (tag) {
            case Tag::text:
            case Tag::phrase:
            case Tag::link:
            case Tag::superscript:
            case Tag::quotation:
            case Tag::line_break:
                return false;
            default:
                return true;
        }
    }

    void flow_or_raw(std::string_view text) {
        if (preformatted_ > 0) {
            raw_ += text;
        } else {
            flow_.append(text);
        }
    }

    /// Between two parts: a new paragraph, or, in a cell, which is one line, a space.
    void boundary() {
        if (in_cell_) {
            flow_.space();
        } else {
            flush();
        }
    }

    void flush() {
        const std::string text = flow_.take();
        if (text.empty()) return;
        if (heading_ > 0) {
            writer_.heading(heading_, text);
        } else if (item_waits_) {
            writer_.list_item(text);
            item_waits_ = false;
        } else {
            writer_.paragraph(text);
        }
    }

    const HtmlTree& tree_;
    const std::vector<HtmlNode>& nodes_;
    const HtmlContent& content_;
    PageWriter writer_;
    Flow flow_;
    std::string raw_;
    std::vector<std::string> cells_;
    std::vector<std::uint32_t> data_tables_;  // of the open tables; 0 for those that lay out
    int preformatted_ = 0;
    int heading_ = 0;
    bool item_waits_ = false;
    bool in_row_ = false;
    bool in_cell_ = false;
};

}  // namespace

HtmlText read_html(std::string_view utf8, Boilerplate boilerplate) {
    const HtmlTree tree = parse_html(utf8);
    const HtmlContent content = find_content(tree, boilerplate);
    Renderer renderer(tree, content);
    std::string title = renderer.first(Tag::title);
    if (title.empty()) title = renderer.first(Tag::heading1);
    return {std::move(title), renderer.render()};
}

}  // namespace almagest::text
