#include "text/wikitext.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "text/page_writer.h"
#include "text/wikitext_expand.h"
#include "text/wikitext_markup.h"

namespace almagest::text {
namespace {

constexpr std::size_t kLongestTag = 2000;

bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/// The length of a tag that begins at `at`, or 0 where "<" is only a character.
std::size_t tag_length(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(at, kLongestTag);
    const std::size_t name = rest.size() > 1 && rest[1] == '/' ? 2 : 1;
    if (rest.size() <= name || !is_letter(rest[name])) return 0;
    const std::size_t end = rest.find_first_of("<>", name);
    return end == std::string_view::npos || rest[end] == '<' ? 0 : end + 1;
}

bool breaks_line(std::string_view tag) {
    const std::string lower = ascii_lower(tag.substr(0, 12));
    return lower.starts_with("<br") || lower.starts_with("</p") || lower.starts_with("<p") ||
           lower.starts_with("<div") || lower.starts_with("</div") || lower.starts_with("<li") ||
           lower.starts_with("<tr") || lower.starts_with("<hr") ||
           lower.starts_with("<blockquote") || lower.starts_with("</blockquot");
}

/// The length of "[http://… words]" at `at`, or 0; its words go to `words`.
std::size_t external_link(std::string_view text, std::size_t at, std::string_view& words) {
    const std::string_view rest = text.substr(at + 1, 4096);
    if (!rest.starts_with("http://") && !rest.starts_with("https://") && !rest.starts_with("//") &&
        !rest.starts_with("ftp://") && !rest.starts_with("mailto:"))
        return 0;
    const std::size_t end = rest.find_first_of("[]\n");
    if (end == std::string_view::npos || rest[end] != ']') return 0;
    const std::string_view inside = rest.substr(0, end);
    const std::size_t space = inside.find(' ');
    words = space == std::string_view::npos ? "" : inside.substr(space + 1);
    return end + 2;
}

/// The length of "__NOTOC__" and its like at `at`, or 0.
std::size_t switch_length(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(at, 40);
    if (!rest.starts_with("__")) return 0;
    const std::size_t end = rest.find("__", 2);
    if (end == std::string_view::npos || end < 5) return 0;
    return std::all_of(rest.begin() + 2, rest.begin() + static_cast<std::ptrdiff_t>(end),
                       [](char byte) { return byte >= 'A' && byte <= 'Z'; })
               ? end + 2
               : 0;
}

/// The apostrophes of a run that are words and not marks of bold or italic.
std::size_t apostrophes_kept(std::size_t run) {
    if (run == 4) return 1;
    return run > 5 ? run - 5 : 0;
}

/// Text of a line or paragraph: marks of bold and italic, tags and addresses dropped, entities
/// decoded.
void append_inline(std::string_view text, Flow& flow) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t next = std::min(text.find_first_of("'<[_", at), text.size());
        if (next > at) flow.append(decode_entities(text.substr(at, next - at)));
        at = next;
        if (at == text.size()) break;
        std::size_t used = 0;
        if (text[at] == '\'') {
            const std::size_t run = std::min(text.find_first_not_of('\'', at), text.size()) - at;
            if (run >= 2) {
                flow.append(std::string(apostrophes_kept(run), '\''));
                used = run;
            }
        } else if (text[at] == '<') {
            used = tag_length(text, at);
            if (used > 0 && breaks_line(text.substr(at, used))) flow.line_break();
        } else if (text[at] == '[') {
            std::string_view words;
            used = external_link(text, at, words);
            if (!words.empty()) flow.append(decode_entities(words));
        } else {
            used = switch_length(text, at);
        }
        if (used == 0) {
            flow.append(text.substr(at, 1));
            used = 1;
        }
        at += used;
    }
}

std::string inline_of(std::string_view text) {
    Flow flow;
    append_inline(text, flow);
    return flow.take();
}

/// Cells may not hold line breaks.
std::string cell_of(std::string_view text) {
    return collapsed(inline_of(text));
}

/// Lays the lines of expanded wikitext out.
class Layout {
  public:
    explicit Layout(const ExpandedWikitext& source) : source_(source) {}

    std::string write() {
        std::string_view rest = source_.text;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            line(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        flush();
        while (!tables_.empty()) end_table();
        write_categories();
        return writer_.take();
    }

  private:
    struct Table {
        std::size_t number = 0;
        std::vector<std::string> cells;
        std::string cell;
        bool in_cell = false;
        bool in_caption = false;
    };
    static constexpr std::size_t kMostTables = 16;  // within one another

    void line(std::string_view raw) {
        const std::string_view text = trimmed(raw);
        if (raw.starts_with(kBlockMark)) return block(raw);
        const std::string_view unindented =
            text.substr(std::min(text.find_first_not_of(':'), text.size()));
        if (unindented.starts_with("{|")) return begin_table();
        if (!tables_.empty()) return table_line(text);
        if (text.empty()) return flush();
        if (raw.starts_with('=') && heading(text)) return;
        if (raw.starts_with("----")) return flush();
        if (std::string_view("*#:;").find(raw.front()) != std::string_view::npos)
            return list_item(raw);
        paragraph_ += text;
        paragraph_ += '\n';
    }

    void flush() {
        if (paragraph_.empty()) return;
        writer_.paragraph(inline_of(paragraph_));
        paragraph_.clear();
    }

    void block(std::string_view mark) {
        flush();
        std::size_t index = 0;
        std::from_chars(mark.data() + 1, mark.data() + mark.size(), index);
        if (index >= source_.blocks.size()) return;
        const std::size_t number = ++table_count_;
        for (const auto& row : source_.blocks[index]) writer_.table_row(number, {cell_of(row)});
    }

    bool heading(std::string_view text) {
        const std::size_t left = std::min<std::size_t>(text.find_first_not_of('='), 6);
        const std::size_t last = text.find_last_not_of('=');
        if (last == std::string_view::npos) return false;
        const std::size_t level = std::min(left, text.size() - 1 - last);
        if (level == 0) return false;
        flush();
        writer_.heading(static_cast<int>(level),
                        cell_of(text.substr(level, text.size() - 2 * level)));
        return true;
    }

    void list_item(std::string_view raw) {
        flush();
        const std::size_t marks = std::min(raw.find_first_not_of("*#:;"), raw.size());
        const bool indented = raw.substr(0, marks).find_first_not_of(':') == std::string_view::npos;
        const std::string text = inline_of(raw.substr(marks));
        if (indented)
            writer_.paragraph(text);
        else
            writer_.list_item(text);
    }

    void begin_table() {
        flush();
        if (tables_.size() == kMostTables) return;
        if (!tables_.empty()) end_cell();
        tables_.emplace_back();
        tables_.back().number = ++table_count_;
    }

    void end_table() {
        end_row();
        tables_.pop_back();
    }

    void end_cell() {
        Table& table = tables_.back();
        if (table.in_cell) table.cells.push_back(cell_of(table.cell));
        table.cell.clear();
        table.in_cell = false;
    }

    void end_row() {
        end_cell();
        Table& table = tables_.back();
        if (std::any_of(table.cells.begin(), table.cells.end(),
                        [](const std::string& cell) { return !cell.empty(); }))
            writer_.table_row(table.number, table.cells);
        table.cells.clear();
    }

    void table_line(std::string_view text) {
        if (text.starts_with("|}")) return end_table();
        if (text.starts_with("|-")) return end_row();
        if (text.starts_with("|+")) {
            end_row();
            cell(text.substr(2));
            tables_.back().in_caption = true;
            return;
        }
        if (std::exchange(tables_.back().in_caption, false)) end_row();
        if (text.starts_with('|') || text.starts_with('!'))
            return cells(text.substr(1), text.front() == '!');
        Table& table = tables_.back();
        if (!table.in_cell) return;  // attributes of the table or a row
        const std::size_t marks = std::min(text.find_first_not_of("*#:;"), text.size());
        table.cell += marks > 0 && !trimmed(table.cell).empty() ? "; " : " ";
        table.cell += text.substr(marks);
    }

    void cells(std::string_view text, bool heads) {
        std::size_t start = 0;
        for (std::size_t at = 0; at + 1 < text.size(); ++at) {
            if (text[at] != text[at + 1] || (text[at] != '|' && !(heads && text[at] == '!')))
                continue;
            cell(text.substr(start, at - start));
            start = at + 2;
            ++at;
        }
        cell(text.substr(start));
    }

    /// "attributes | words" or words.
    void cell(std::string_view text) {
        end_cell();
        if (const std::size_t border = text.find('|'); border != std::string_view::npos)
            text.remove_prefix(border + 1);
        tables_.back().cell = text;
        tables_.back().in_cell = true;
    }

    void write_categories() {
        std::string names;
        for (const auto& category : source_.categories) {
            const std::string name = cell_of(category);
            if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
        }
        if (!names.empty()) writer_.paragraph("Categories: " + names);
    }

    const ExpandedWikitext& source_;
    PageWriter writer_;
    std::string paragraph_;
    std::vector<Table> tables_;
    std::size_t table_count_ = 0;
};

}  // namespace

std::string read_wikitext(std::string_view wikitext, const WikiSite& site) {
    const std::string markup = without_opaque_parts(wikitext);
    const ExpandedWikitext expanded = expand_wikitext(markup, site);
    return Layout(expanded).write();
}

std::string redirect_target(std::string_view wikitext) {
    constexpr std::size_t kHead = 1000;
    std::string_view head = trimmed(wikitext.substr(0, kHead));
    if (!head.starts_with('#')) return "";
    const std::size_t open = head.find("[[");
    const std::size_t close = head.find("]]");
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return "";
    std::string_view word = trimmed(head.substr(1, open - 1));
    if (word.ends_with(':')) word = trimmed(word.substr(0, word.size() - 1));
    // One word, in capitals or not, right after "#": a list item has a space or markup there.
    if (word.empty() || head[1] == ' ' || word.find_first_of(" \t\n*#:;='{}<>") != word.npos)
        return "";
    std::string_view target = head.substr(open + 2, close - open - 2);
    target = target.substr(0, target.find_first_of("|#"));
    return std::string(trimmed(target));
}

}  // namespace almagest::text
