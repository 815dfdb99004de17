#include "text/markdown.h"

#include <md4c-html.h>

#include <limits>

#include "error/error.h"
#include "text/html.h"
#include "text/page_writer.h"

namespace almagest::text {
namespace {

std::string_view next_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    return line;
}

std::string unquoted(std::string_view value) {
    std::string text = collapsed(value);
    const bool quoted = text.size() >= 2 && text.front() == text.back() &&
                        (text.front() == '"' || text.front() == '\'');
    return quoted ? text.substr(1, text.size() - 2) : text;
}

/// Takes YAML front matter off `text`; returns its title.
std::string take_front_matter(std::string_view& text) {
    std::string_view rest = text;
    if (next_line(rest) != "---") return "";
    std::string title;
    while (!rest.empty()) {
        const std::string_view line = next_line(rest);
        if (line == "---" || line == "...") {
            text = rest;
            return title;
        }
        if (line.starts_with("title:")) title = unquoted(line.substr(6));
    }
    return "";  // a rule, not front matter
}

std::string first_heading(std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = next_line(text);
        const std::size_t level = line.find_first_not_of('#');
        if (level >= 1 && level <= 6 && line[level] == ' ') return collapsed(line.substr(level));
    }
    return "";
}

}  // namespace

MarkdownText read_markdown(std::string_view utf8) {
    MarkdownText page;
    page.title = take_front_matter(utf8);
    if (utf8.size() > std::numeric_limits<MD_SIZE>::max() / 8) {
        throw PermanentError("the Markdown is too large to be read; split it");
    }
    std::string html;
    const auto take = [](const MD_CHAR* text, MD_SIZE size, void* to) {
        static_cast<std::string*>(to)->append(text, size);
    };
    if (md_html(utf8.data(), static_cast<MD_SIZE>(utf8.size()), take, &html, MD_DIALECT_GITHUB,
                0) != 0) {
        throw PermanentError("the Markdown cannot be read; save it as plain text");
    }
    page.text = read_html(html, Boilerplate::keep).text;
    if (page.title.empty()) page.title = first_heading(page.text);
    return page;
}

}  // namespace almagest::text
