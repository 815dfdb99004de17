#include "text/wikitext_expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "text/wikitext_links.h"
#include "text/wikitext_markup.h"
#include "text/wikitext_templates.h"

namespace almagest::text {
namespace {

constexpr int kDeepest = 40;  // brackets within brackets; deeper ones are passed over
constexpr std::size_t kMostArguments = 2000;
constexpr std::size_t kMostCategories = 500;

/// The length of a tag <br> at `at`, in any of its spellings, or 0.
std::size_t break_length(std::string_view text, std::size_t at) {
    if (ascii_lower(text.substr(at, 3)) != "<br") return 0;
    const std::size_t end = text.substr(at, 40).find('>');
    return end == std::string_view::npos ? 0 : end + 1;
}

/// An argument's lines and list items as one line, parted by "; ".
std::string on_one_line(std::string_view text) {
    std::string line;
    std::string item;
    const auto take_item = [&] {
        std::string_view words = trimmed(item);
        while (!words.empty() && std::string_view("*#:;").find(words.front()) != words.npos)
            words = trimmed(words.substr(1));
        if (!words.empty()) {
            if (!line.empty()) line += line.ends_with(':') || line.ends_with(',') ? " " : "; ";
            line += words;
        }
        item.clear();
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t length = text[at] == '<' ? break_length(text, at) : 0;
        if (length > 0 || text[at] == '\n') {
            take_item();
            at += length > 0 ? length - 1 : 0;
        } else {
            item += text[at];
        }
    }
    take_item();
    return line;
}

/// What the lines' syntax would take for the border of a cell is not one in what was expanded.
std::string without_borders(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '|')
            out += "&#124;";
        else if (text.substr(at, 2) == "!!")
            out += "&#33;";
        else
            out += text[at] == '\n' ? ' ' : text[at];
    }
    return out;
}

class Expander {
  public:
    Expander(std::string_view wikitext, const WikiSite& site)
        : text_(wikitext), pairs_(bracket_pairs(wikitext)), names_(site) {}

    ExpandedWikitext expand() {
        result_.text = expanded({0, text_.size()}, 0);
        return std::move(result_);
    }

  private:
    std::string expanded(Part part, int depth) {
        std::string out;
        std::size_t at = part.start;
        while (at < part.end) {
            const std::size_t next =
                std::min(text_.substr(0, part.end).find_first_of("{[", at), part.end);
            out.append(text_.substr(at, next - at));
            at = next;
            if (at == part.end) break;
            const auto pair = pairs_.find(at);
            if (pair == pairs_.end() || pair->second.end > part.end) {
                out += text_[at++];
                continue;
            }
            if (depth < kDeepest) write(at, pair->second, depth, out);
            at = pair->second.end;
        }
        return out;
    }

    void write(std::size_t at, const BracketPair& pair, int depth, std::string& out) {
        const Part inside{at + pair.width(), pair.end - pair.width()};
        switch (pair.kind) {
            case Bracket::link:
                write_link(inside, depth, out);
                break;
            case Bracket::template_call:
                write_template({at, pair.end}, inside, depth, out);
                break;
            case Bracket::parameter: {
                const auto parts = split_outside(text_, pairs_, inside, '|', 2);
                if (parts.size() == 2) out += expanded(parts[1], depth + 1);
                break;
            }
        }
    }

    void write_link(Part inside, int depth, std::string& out) {
        const auto parts = split_outside(text_, pairs_, inside, '|', 2);
        const std::string target = on_one_line(expanded(parts[0], depth + 1));
        switch (names_.kind_of(target)) {
            case LinkKind::file:
            case LinkKind::language:
                return;
            case LinkKind::category:
                if (result_.categories.size() < kMostCategories)
                    result_.categories.push_back(target.substr(target.find(':') + 1));
                return;
            case LinkKind::page:
                break;
        }
        std::string words =
            parts.size() == 2 ? on_one_line(expanded(parts[1], depth + 1)) : std::string();
        if (words.empty()) words = parts.size() == 2 ? pipe_trick(target) : shown_target(target);
        out += without_borders(words);
    }

    TemplateCall call_of(Part inside, int depth) {
        TemplateCall call;
        const auto parts = split_outside(text_, pairs_, inside, '|', kMostArguments);
        call.name = on_one_line(expanded(parts[0], depth + 1));
        if (says_nothing(call.name)) return call;
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const auto sides = split_outside(text_, pairs_, parts[i], '=', 2);
            std::string value = on_one_line(expanded(sides.back(), depth + 1));
            std::string key;
            if (sides.size() == 2) key = on_one_line(expanded(sides[0], depth + 1));
            const bool numbered =
                !key.empty() && key.find_first_not_of("0123456789") == std::string::npos;
            if (value.empty()) continue;
            // A key that holds markup is none: the "=" stood in a tag or an address.
            if (sides.size() == 2 && key.find_first_of("<>/\"") != std::string::npos)
                call.values.push_back(key + "=" + value);
            else if (sides.size() == 1 || key.empty() || numbered)
                call.values.push_back(std::move(value));
            else
                call.fields.emplace_back(std::move(key), std::move(value));
        }
        return call;
    }

    void write_template(Part whole, Part inside, int depth, std::string& out) {
        const TemplateCall call = call_of(inside, depth);
        if (says_nothing(call.name)) return;
        const bool starts_line = out.empty() || out.back() == '\n';
        const bool many_lines =
            text_.substr(whole.start, whole.end - whole.start).find('\n') != std::string_view::npos;
        const bool ends_line = whole.end >= text_.size() || text_[whole.end] == '\n';
        if (depth == 0 && starts_line && (many_lines || ends_line)) {
            if (auto lines = block_lines(call); !lines.empty()) {
                out += fmt::format("{}{}{}\n", kBlockMark, result_.blocks.size(), kBlockMark);
                result_.blocks.push_back(std::move(lines));
                return;
            }
        }
        out += without_borders(inline_text(call));
    }

    std::string_view text_;
    BracketPairs pairs_;
    LinkNames names_;
    ExpandedWikitext result_;
};

}  // namespace

ExpandedWikitext expand_wikitext(std::string_view wikitext, const WikiSite& site) {
    return Expander(wikitext, site).expand();
}

}  // namespace almagest::text
