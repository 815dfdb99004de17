#include "text/html_content.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace almagest::text {
namespace {

using Use = HtmlContent::Use;

constexpr std::uint32_t kLongCell = 600;        // characters; a longer one lays a page out
constexpr double kMostlyLinks = 0.8;            // share of a block's characters
constexpr std::uint32_t kLongLink = 40;         // characters; longer ones are content
constexpr double kAlmostNothing = 0.1;          // share of all characters
constexpr std::uint32_t kShortestContent = 40;  // characters

/// Sums over a node's subtree, without what is never read.
struct Weight {
    std::uint32_t characters = 0;  // but white space
    std::uint32_t in_links = 0;
    std::uint32_t links = 0;
    std::uint32_t columns = 0;  // of the rows below, up to the next table
    bool structured = false;    // has headings, tables or preformatted text
    bool long_cell = false;
    bool has_main = false;
};

std::uint32_t visible_characters(std::string_view text) {
    return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) > ' ' &&
               (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

/// "[12]", "[a]": a mark that leads to a note.
bool is_note_mark(std::string_view text) {
    const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    while (!text.empty() && space(text.front())) text.remove_prefix(1);
    while (!text.empty() && space(text.back())) text.remove_suffix(1);
    return text.size() >= 3 && text.size() <= 5 && text.front() == '[' && text.back() == ']' &&
           std::all_of(text.begin() + 1, text.end() - 1,
                       [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
}

class Finder {
  public:
    explicit Finder(const HtmlTree& tree)
        : tree_(tree), nodes_(tree.nodes), weights_(nodes_.size()) {
        content_.use.assign(nodes_.size(), Use::read);
        content_.data_table.assign(nodes_.size(), 0);
    }

    HtmlContent find(Boilerplate boilerplate) {
        leave_unreadable();
        weigh();
        judge_tables();
        if (boilerplate == Boilerplate::drop && nodes_.size() > 1) leave_boilerplate();
        return std::move(content_);
    }

  private:
    void leave_unreadable() {
        for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
            const HtmlNode& node = nodes_[i];
            if (node.tag == Tag::dropped || node.tag == Tag::title || node.hidden ||
                (node.tag == Tag::superscript && is_note_mark(text_of(node, i)))) {
                content_.use[i] = Use::leave;
            }
        }
    }

    /// The first text of a subtree with little in it, or "".
    [[nodiscard]] std::string text_of(const HtmlNode& node, std::uint32_t number) const {
        std::string text;
        if (node.end - number > 16) return text;
        for (std::uint32_t i = number; i < node.end && text.size() < 16; ++i) {
            if (nodes_[i].tag == Tag::text) text += tree_.text(nodes_[i]).substr(0, 16);
        }
        return text;
    }

    /// From the last node to the first, so that children come before their parents.
    void weigh() {
        for (auto i = static_cast<std::uint32_t>(nodes_.size() - 1); i > 0; --i) {
            const HtmlNode& node = nodes_[i];
            Weight& own = weights_[i];
            Weight& parent = weights_[node.parent];
            if (content_.use[i] == Use::leave) continue;
            if (node.tag == Tag::text) own.characters = visible_characters(tree_.text(node));
            if (node.tag == Tag::link) {
                own.in_links = own.characters;
                own.links = own.characters > 0 ? 1 : 0;
            }
            own.has_main = own.has_main || node.tag == Tag::main;
            parent.characters += own.characters;
            parent.in_links += own.in_links;
            parent.links += own.links;
            parent.has_main = parent.has_main || own.has_main;
            parent.long_cell = parent.long_cell || own.long_cell ||
                               (node.tag == Tag::cell && own.characters > kLongCell);
            parent.structured = parent.structured || own.structured || node.tag == Tag::table ||
                                node.tag == Tag::preformatted || heading_level(node.tag) > 0;
            if (node.tag == Tag::cell && nodes_[node.parent].tag == Tag::row) {
                ++parent.columns;
            } else if (node.tag != Tag::table && node.tag != Tag::cell) {
                parent.columns = std::max(parent.columns, own.columns);
            }
        }
    }

    void judge_tables() {
        for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
            const Weight& own = weights_[i];
            content_.data_table[i] =
                nodes_[i].tag == Tag::table && own.columns > 1 && !own.structured && !own.long_cell;
        }
    }

    void leave_boilerplate() {
        std::vector<Use> before = content_.use;
        const std::uint32_t all = weights_[0].characters;
        std::vector<std::uint8_t> in_content(nodes_.size(), 0);
        std::uint32_t left_out = 0;
        for (std::uint32_t i = 1; i < nodes_.size(); ++i) {
            const HtmlNode& node = nodes_[i];
            in_content[i] =
                in_content[node.parent] != 0 || node.tag == Tag::main || node.tag == Tag::article;
            const Use use = content_.use[i] == Use::leave
                                ? Use::leave
                                : judged(node.tag, weights_[i], in_content[i] != 0, all);
            if (use == Use::read) continue;
            if (content_.use[i] != Use::leave) left_out += weights_[i].characters;
            content_.use[i] = use;
            i = node.end - 1;  // the subtree goes with it
        }
        left_out += leave_all_but_main(all - left_out);
        const std::uint32_t kept = all - left_out;
        if (kept < kAlmostNothing * all || (kept < kShortestContent && kept < all / 2)) {
            content_.use = std::move(before);
        }
    }

    [[nodiscard]] static Use judged(Tag tag, const Weight& weight, bool in_content,
                                    std::uint32_t all) {
        const bool most_of_all = weight.characters > all / 2;
        switch (tag) {
            case Tag::navigation:
                return Use::leave;
            case Tag::form:
                return most_of_all ? Use::read : Use::leave;
            case Tag::header:
            case Tag::footer:
                return in_content || weight.has_main || most_of_all ? Use::read : Use::heading_only;
            case Tag::block:
            case Tag::list:
            case Tag::table: {
                const bool links_only = weight.links >= 3 &&
                                        weight.in_links >= kMostlyLinks * weight.characters &&
                                        weight.in_links < kLongLink * weight.links;
                return links_only && !in_content && !most_of_all ? Use::heading_only : Use::read;
            }
            default:
                return Use::read;
        }
    }

    /// Where a page marks its main part and most of what is left stands there, the rest goes.
    /// Returns how many characters went.
    std::uint32_t leave_all_but_main(std::uint32_t left) {
        if (!weights_[0].has_main) return 0;
        std::vector<std::uint32_t> around;  // topmost readable subtrees without a main part
        std::uint32_t outside = 0;
        for (std::uint32_t i = 1; i < nodes_.size();) {
            if (content_.use[i] != Use::read || nodes_[i].tag == Tag::main) {
                i = nodes_[i].end;
            } else if (weights_[i].has_main) {
                ++i;
            } else {
                around.push_back(i);
                outside += read_characters(i);
                i = nodes_[i].end;
            }
        }
        if (outside >= left / 2) return 0;
        for (const std::uint32_t node : around) content_.use[node] = Use::heading_only;
        return outside;
    }

    [[nodiscard]] std::uint32_t read_characters(std::uint32_t root) const {
        std::uint32_t sum = 0;
        for (std::uint32_t i = root; i < nodes_[root].end;) {
            if (content_.use[i] != Use::read) {
                i = nodes_[i].end;
                continue;
            }
            if (nodes_[i].tag == Tag::text) sum += weights_[i].characters;
            ++i;
        }
        return sum;
    }

    const HtmlTree& tree_;
    const std::vector<HtmlNode>& nodes_;
    std::vector<Weight> weights_;
    HtmlContent content_;
};

}  // namespace

HtmlContent find_content(const HtmlTree& tree, Boilerplate boilerplate) {
    return Finder(tree).find(boilerplate);
}

}  // namespace almagest::text
