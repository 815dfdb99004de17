#include "text/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "error/error.h"
#include "text/charset.h"
#include "text/html.h"
#include "text/markdown.h"
#include "text/pdf.h"
#include "text/plain_text.h"
#include "text/wikitext.h"

namespace almagest::text {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return result;
}

/// The last part of a path or URL, without query and fragment.
std::string_view file_part(std::string_view name) {
    if (name.find("://") != std::string_view::npos) name = name.substr(0, name.find_first_of("?#"));
    while (name.size() > 1 && name.back() == '/') name.remove_suffix(1);
    return name.substr(name.rfind('/') + 1);
}

std::string extension(std::string_view name) {
    const std::string_view file = file_part(name);
    const std::size_t dot = file.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? "" : lower(file.substr(dot + 1));
}

template <std::size_t Size>
bool is_one_of(const std::string& word, const std::array<std::string_view, Size>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool starts_like_html(std::string_view bytes) {
    std::string head = lower(bytes.substr(0, 2048));
    std::erase(head, '\0');  // UTF-16
    return head.find("<!doctype html") != std::string::npos ||
           head.find("<html") != std::string::npos || head.find("<head") != std::string::npos ||
           head.find("<body") != std::string::npos;
}

constexpr std::array<std::string_view, 5> kHtml = {"html", "htm", "xhtml", "xht", "shtml"};
constexpr std::array<std::string_view, 4> kMarkdown = {"md", "markdown", "mdown", "mkd"};
constexpr std::array<std::string_view, 3> kPlain = {"txt", "text", "asc"};

}  // namespace

bool has_page_name(std::string_view file_name) {
    const std::string suffix = extension(file_name);
    return suffix == "pdf" || is_one_of(suffix, kHtml) || is_one_of(suffix, kMarkdown) ||
           is_one_of(suffix, kPlain);
}

std::optional<MediaType> detect_media_type(std::string_view file_name, std::string_view bytes) {
    static constexpr std::array<std::string_view, 9> kOther = {
        "css", "js", "mjs", "json", "jsonl", "svg", "map", "yaml", "yml"};
    if (known_binary(bytes) || !looks_like_text(bytes)) return std::nullopt;
    const std::string suffix = extension(file_name);
    if (is_one_of(suffix, kHtml)) return MediaType::html;
    if (is_one_of(suffix, kMarkdown)) return MediaType::markdown;
    if (is_one_of(suffix, kPlain)) return MediaType::plain_text;
    if (is_one_of(suffix, kOther)) return std::nullopt;
    if (starts_like_html(bytes)) return MediaType::html;
    if (suffix == "xml") return std::nullopt;
    return MediaType::plain_text;
}

Page read_page(std::string_view name, std::string_view bytes,
               std::optional<std::string> declared_charset, std::optional<MediaType> type) {
    const auto refuse = [name](std::string_view why) -> void {
        throw PermanentError(fmt::format("{}: {}", name, why));
    };
    const auto refuse_kind = [name](std::string_view why) -> void {
        throw NotAPage(fmt::format("{}: {}", name, why));
    };
    if (bytes.empty()) refuse_kind("it is empty; there is nothing to read");
    Page page;
    const auto binary = known_binary(bytes);
    if (type == MediaType::pdf || (!type && binary == "a PDF")) {
        try {
            PdfText read = read_pdf(bytes);
            page.title = read.title.empty() ? std::string(file_part(name)) : std::move(read.title);
            page.text = std::move(read.text);
        } catch (const PermanentError& error) {
            refuse(error.what());
        }
        page.media_type = MediaType::pdf;
        return page;
    }
    if (binary)
        refuse_kind(fmt::format("it is {}, not a page; give text, Markdown, HTML or PDF", *binary));
    std::string utf8;
    try {
        utf8 = decode(bytes, std::move(declared_charset), &page.charset);
    } catch (const NotAPage& error) {
        refuse_kind(error.what());
    } catch (const PermanentError& error) {
        refuse(error.what());
    }
    if (!type) type = detect_media_type(name, utf8);
    if (!type) refuse_kind("it is not a page; give text, Markdown, HTML or PDF");
    page.media_type = *type;
    try {
        switch (page.media_type) {
            case MediaType::html: {
                HtmlText read = read_html(utf8);
                page.title = std::move(read.title);
                page.text = std::move(read.text);
                break;
            }
            case MediaType::markdown: {
                MarkdownText read = read_markdown(utf8);
                page.title = std::move(read.title);
                page.text = std::move(read.text);
                break;
            }
            case MediaType::plain_text: {
                PlainText read = read_plain_text(utf8);
                page.title = std::move(read.title);
                page.text = std::move(read.text);
                break;
            }
            case MediaType::wikitext:
                page.text = read_wikitext(utf8);
                break;
            case MediaType::pdf:
                break;
        }
    } catch (const PermanentError& error) {
        refuse(error.what());
    }
    if (page.text.empty()) refuse("it holds no readable text");
    if (page.title.empty()) page.title = file_part(name);
    return page;
}

}  // namespace almagest::text
