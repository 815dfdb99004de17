#include "text/html_tree.h"

#include <libxml/HTMLparser.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "error/error.h"

namespace almagest::text {
namespace {

constexpr std::size_t kDeepest = 200'000;
constexpr std::size_t kAlwaysDeepEnough = 256;
constexpr std::size_t kMostWork = 2'000'000'000;
constexpr std::size_t kMostNodes = 8'000'000;

const std::unordered_map<std::string_view, Tag>& tags() {
    static const std::unordered_map<std::string_view, Tag> known = [] {
        std::unordered_map<std::string_view, Tag> all = {{"title", Tag::title},
                                                         {"h1", Tag::heading1},
                                                         {"h2", Tag::heading2},
                                                         {"h3", Tag::heading3},
                                                         {"h4", Tag::heading4},
                                                         {"h5", Tag::heading5},
                                                         {"h6", Tag::heading6},
                                                         {"ul", Tag::list},
                                                         {"ol", Tag::list},
                                                         {"menu", Tag::list},
                                                         {"dir", Tag::list},
                                                         {"li", Tag::list_item},
                                                         {"table", Tag::table},
                                                         {"tr", Tag::row},
                                                         {"td", Tag::cell},
                                                         {"th", Tag::cell},
                                                         {"pre", Tag::preformatted},
                                                         {"listing", Tag::preformatted},
                                                         {"xmp", Tag::preformatted},
                                                         {"br", Tag::line_break},
                                                         {"a", Tag::link},
                                                         {"q", Tag::quotation},
                                                         {"sup", Tag::superscript},
                                                         {"main", Tag::main},
                                                         {"article", Tag::article},
                                                         {"header", Tag::header},
                                                         {"footer", Tag::footer},
                                                         {"nav", Tag::navigation},
                                                         {"aside", Tag::navigation},
                                                         {"form", Tag::form},
                                                         {"plaintext", Tag::preformatted}};
        for (const char* name :
             {"address", "blockquote", "body",    "caption",  "center",     "dd",       "details",
              "div",     "dl",         "dt",      "fieldset", "figcaption", "figure",   "frameset",
              "head",    "hgroup",     "hr",      "html",     "legend",     "noframes", "optgroup",
              "p",       "section",    "summary", "tbody",    "tfoot",      "thead"}) {
            all.emplace(name, Tag::block);
        }
        for (const char* name : {"applet",   "audio",  "button", "canvas",   "datalist", "embed",
                                 "iframe",   "input",  "link",   "map",      "math",     "meta",
                                 "noscript", "object", "option", "rp",       "rt",       "script",
                                 "select",   "style",  "svg",    "template", "textarea", "video"}) {
            all.emplace(name, Tag::dropped);
        }
        return all;
    }();
    return known;
}

std::string lower(const xmlChar* text) {
    std::string result = text == nullptr ? "" : reinterpret_cast<const char*>(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return result;
}

bool has_word(std::string_view words, std::string_view word) {
    for (std::size_t at = words.find(word); at != std::string_view::npos;
         at = words.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const auto parted = [&](std::size_t i) { return words[i] == ' ' || words[i] == '\n'; };
        if ((at == 0 || parted(at - 1)) && (end == words.size() || parted(end))) return true;
    }
    return false;
}

bool hides(std::string style) {
    std::erase_if(style, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
    return style.find("display:none") != std::string::npos ||
           style.find("visibility:hidden") != std::string::npos;
}

/// What attributes say beyond the element's name.
void read_attributes(const xmlChar** attributes, HtmlNode& node) {
    for (; attributes != nullptr && *attributes != nullptr; attributes += 2) {
        const std::string name = lower(attributes[0]);
        if (name == "hidden") {
            node.hidden = true;
        } else if (name == "aria-hidden") {
            node.hidden = node.hidden || lower(attributes[1]) == "true";
        } else if (name == "style") {
            node.hidden = node.hidden || hides(lower(attributes[1]));
        } else if (name == "role") {
            const std::string role = lower(attributes[1]);
            if (role == "navigation" || role == "search" || role == "complementary") {
                node.tag = Tag::navigation;
            } else if (role == "main") {
                node.tag = Tag::main;
            } else if (role == "banner") {
                node.tag = Tag::header;
            } else if (role == "contentinfo") {
                node.tag = Tag::footer;
            }
        } else if (name == "class") {
            const std::string words = lower(attributes[1]);
            if (has_word(words, "navheader") || has_word(words, "navfooter")) {
                node.tag = Tag::navigation;
            }
        }
    }
}

/// How deep a document may nest. The parser compares each stray end tag with every open element, so
/// a document with many end tags may be less deep.
std::size_t deepest_for(std::string_view utf8) {
    std::size_t end_tags = 1;
    for (std::size_t at = utf8.find("</"); at != std::string_view::npos;
         at = utf8.find("</", at + 2)) {
        ++end_tags;
    }
    return std::clamp(kMostWork / end_tags, kAlwaysDeepEnough, kDeepest);
}

/// Takes the parser's events. An exception must not pass through the parser, so the first problem
/// stops it and is told afterwards.
class Builder {
  public:
    Builder(htmlParserCtxtPtr parser, std::size_t deepest) : parser_(parser), deepest_(deepest) {
        tree_.nodes.push_back({.tag = Tag::block});
        open_.push_back({0, "#document"});
    }

    void start(const xmlChar* name, const xmlChar** attributes) {
        if (!may_add()) return;
        if (open_.size() > deepest_) return fail("nests its elements too deeply");
        HtmlNode node{.tag = Tag::phrase, .parent = open_.back().node};
        std::string word = lower(name);
        if (const auto known = tags().find(word); known != tags().end()) node.tag = known->second;
        if (node.tag != Tag::dropped) read_attributes(attributes, node);
        open_.push_back({static_cast<std::uint32_t>(tree_.nodes.size()), std::move(word)});
        tree_.nodes.push_back(node);
        text_goes_on_ = false;
    }

    void end(const xmlChar* name) {
        // The parser closes what it opened, in order; anything else is not ours to close.
        if (open_.size() < 2 || open_.back().name != lower(name)) return;
        tree_.nodes[open_.back().node].end = static_cast<std::uint32_t>(tree_.nodes.size());
        open_.pop_back();
        text_goes_on_ = false;
    }

    void characters(const xmlChar* text, int length) {
        if (length <= 0 || !may_add()) return;
        const std::size_t start = tree_.characters.size();
        const auto count = static_cast<std::uint32_t>(length);
        if (start + count > std::numeric_limits<std::uint32_t>::max()) return fail("is too large");
        tree_.characters.append(reinterpret_cast<const char*>(text), count);
        if (text_goes_on_) {
            tree_.nodes.back().text_length += count;
            return;
        }
        const auto number = static_cast<std::uint32_t>(tree_.nodes.size());
        tree_.nodes.push_back({.tag = Tag::text,
                               .parent = open_.back().node,
                               .end = number + 1,
                               .text_start = static_cast<std::uint32_t>(start),
                               .text_length = count});
        text_goes_on_ = true;
    }

    [[nodiscard]] HtmlTree finished() {
        if (problem_) throw PermanentError(*problem_);
        for (; !open_.empty(); open_.pop_back()) {
            tree_.nodes[open_.back().node].end = static_cast<std::uint32_t>(tree_.nodes.size());
        }
        return std::move(tree_);
    }

  private:
    struct Open {
        std::uint32_t node;
        std::string name;
    };

    [[nodiscard]] bool may_add() {
        if (problem_) return false;
        if (tree_.nodes.size() < kMostNodes) return true;
        fail("has too many elements");
        return false;
    }
    void fail(const char* what) {
        problem_ = std::string("the HTML ") + what + " to be read; save it as text";
        xmlStopParser(parser_);
    }

    htmlParserCtxtPtr parser_;
    std::size_t deepest_;
    HtmlTree tree_;
    std::vector<Open> open_;
    bool text_goes_on_ = false;
    std::optional<std::string> problem_;
};

xmlSAXHandler events() {
    xmlSAXHandler handler{};
    handler.startElement = [](void* to, const xmlChar* name, const xmlChar** attributes) {
        static_cast<Builder*>(to)->start(name, attributes);
    };
    handler.endElement = [](void* to, const xmlChar* name) {
        static_cast<Builder*>(to)->end(name);
    };
    const auto characters = [](void* to, const xmlChar* text, int length) {
        static_cast<Builder*>(to)->characters(text, length);
    };
    handler.characters = characters;
    handler.ignorableWhitespace = characters;
    handler.cdataBlock = characters;
    return handler;
}

}  // namespace

HtmlTree parse_html(std::string_view utf8) {
    static std::once_flag initialised;
    std::call_once(initialised, xmlInitParser);
    if (utf8.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw PermanentError("the HTML is too large to be read; split it");
    }
    const std::unique_ptr<htmlParserCtxt, decltype(&htmlFreeParserCtxt)> parser(
        htmlNewParserCtxt(), &htmlFreeParserCtxt);
    if (!parser) throw std::bad_alloc();
    Builder builder(parser.get(), deepest_for(utf8));
    *parser->sax = events();
    parser->userData = &builder;
    const xmlDocPtr none = htmlCtxtReadMemory(
        parser.get(), utf8.data(), static_cast<int>(utf8.size()), nullptr, "UTF-8",
        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
            HTML_PARSE_IGNORE_ENC);
    if (none != nullptr) xmlFreeDoc(none);
    return builder.finished();
}

}  // namespace almagest::text
