#include "text/wikitext_markup.h"

#include <fmt/format.h>
#include <libxml/HTMLparser.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace almagest::text {
namespace {

bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

enum class Inside { markup, dropped, literal };

Inside inside_of(const std::string& tag) {
    static constexpr std::array<std::string_view, 12> kDropped = {
        "ref",   "gallery", "timeline", "score",   "templatedata",   "imagemap",
        "hiero", "graph",   "mapframe", "maplink", "templatestyles", "indicator"};
    static constexpr std::array<std::string_view, 7> kLiteral = {
        "nowiki", "math", "chem", "pre", "source", "syntaxhighlight", "code"};
    const auto holds = [&tag](const auto& names) {
        return std::find(names.begin(), names.end(), tag) != names.end();
    };
    if (holds(kDropped)) return Inside::dropped;
    return holds(kLiteral) ? Inside::literal : Inside::markup;
}

/// Finds closing tags; that one is missing is found out once for each name, so that a thousand
/// opening ones do not each search to the end.
class ClosingTags {
  public:
    explicit ClosingTags(std::string_view lower) : lower_(lower) {}
    std::size_t find(const std::string& name, std::size_t from) {
        auto [known, is_new] = missing_from_.try_emplace(name, std::string_view::npos);
        if (from >= known->second) return std::string_view::npos;
        const std::size_t at = lower_.find("</" + name, from);
        if (at == std::string_view::npos) known->second = from;
        return at;
    }

  private:
    std::string_view lower_;
    std::unordered_map<std::string, std::size_t> missing_from_;
};

class OpaqueParts {
  public:
    explicit OpaqueParts(std::string_view text)
        : text_(text), lower_(ascii_lower(text)), closing_(lower_) {}

    std::string remove() {
        std::size_t at = 0;
        while (at < text_.size()) {
            const std::size_t next = std::min(text_.find('<', at), text_.size());
            out_.append(text_.substr(at, next - at));
            at = next;
            if (at == text_.size()) break;
            at = text_.substr(at).starts_with("<!--") ? after_comment(at) : after_tag(at);
        }
        std::erase_if(out_, [](char byte) {
            return static_cast<unsigned char>(byte) < 0x20 && byte != '\n' && byte != '\t';
        });
        return std::move(out_);
    }

  private:
    std::size_t after_comment(std::size_t at) {
        const std::size_t close = text_.find("-->", at + 4);
        if (close == std::string_view::npos) return text_.size();
        const std::size_t end = close + 3;
        const bool own_line =
            (out_.empty() || out_.back() == '\n') && end < text_.size() && text_[end] == '\n';
        return own_line ? end + 1 : end;
    }

    std::size_t after_tag(std::size_t at) {
        std::size_t name_end = at + 1;
        while (name_end < text_.size() && name_end < at + 32 && is_letter(text_[name_end]))
            ++name_end;
        const std::string name = lower_.substr(at + 1, name_end - at - 1);
        const Inside inside = inside_of(name);
        const std::size_t open_end =
            inside == Inside::markup ? text_.npos : text_.find('>', name_end);
        if (open_end == text_.npos) {
            out_ += '<';
            return at + 1;
        }
        if (text_[open_end - 1] == '/') return open_end + 1;
        const std::size_t close = closing_.find(name, open_end);
        if (close == text_.npos) return open_end + 1;
        if (inside == Inside::literal)
            out_ += as_references(text_.substr(open_end + 1, close - open_end - 1));
        const std::size_t end = text_.find('>', close);
        return end == text_.npos ? text_.size() : end + 1;
    }

    std::string_view text_;
    std::string lower_;
    ClosingTags closing_;
    std::string out_;
};

struct Opening {
    char bracket = '{';
    std::size_t start = 0;
    std::size_t count = 0;
};

/// Matches brackets with a stack of those that are open.
class Matcher {
  public:
    explicit Matcher(std::string_view text) : text_(text) {}

    BracketPairs match() {
        std::size_t at = 0;
        while ((at = text_.find_first_of("{}[]", at)) != std::string_view::npos) {
            const char bracket = text_[at];
            const std::size_t run =
                std::min(text_.find_first_not_of(bracket, at), text_.size()) - at;
            if (bracket == '{' || bracket == '[')
                open(bracket, at, run);
            else
                close(bracket == '}' ? '{' : '[', at, run);
            at += run;
        }
        return std::move(pairs_);
    }

  private:
    void open(char bracket, std::size_t at, std::size_t run) {
        if (run < 2) return;
        open_.push_back({bracket, at, run});
        ++waiting_[bracket == '{'];
    }

    void close(char bracket, std::size_t at, std::size_t run) {
        while (run >= 2 && waiting_[bracket == '{'] > 0) {
            while (open_.back().bracket != bracket) pop();
            Opening& top = open_.back();
            const std::size_t width =
                bracket == '[' ? 2 : std::min<std::size_t>({top.count, run, 3});
            const std::size_t start = top.start + top.count - width;
            pairs_[start] = {at + width, bracket == '[' ? Bracket::link
                                         : width == 3   ? Bracket::parameter
                                                        : Bracket::template_call};
            at += width;
            run -= width;
            top.count -= width;
            if (top.count < 2) pop();
        }
    }

    void pop() {
        --waiting_[open_.back().bracket == '{'];
        open_.pop_back();
    }

    std::string_view text_;
    std::vector<Opening> open_;
    std::array<std::size_t, 2> waiting_{};  // links, braces
    BracketPairs pairs_;
};

void append_code_point(std::string& out, UChar32 code_point) {
    if (code_point < 0x20 && code_point != '\n' && code_point != '\t') return;
    if (code_point > 0x10FFFF || U_IS_SURROGATE(code_point)) return;
    std::array<char, 4> bytes{};
    std::size_t length = 0;
    U8_APPEND_UNSAFE(bytes.data(), length, code_point);
    out.append(bytes.data(), length);
}

/// The character of a reference's inside ("amp", "#38", "#x26"), or -1.
UChar32 referred(std::string_view name) {
    if (!name.starts_with('#')) {
        const auto* found =
            htmlEntityLookup(reinterpret_cast<const xmlChar*>(std::string(name).c_str()));
        return found == nullptr ? -1 : static_cast<UChar32>(found->value);
    }
    name.remove_prefix(1);
    const bool hexadecimal = name.starts_with('x') || name.starts_with('X');
    if (hexadecimal) name.remove_prefix(1);
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(name.data(), name.data() + name.size(), value, hexadecimal ? 16 : 10);
    if (error != std::errc() || end != name.data() + name.size() || value > 0x10FFFF) return -1;
    return static_cast<UChar32>(value);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

std::string ascii_lower(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    });
    return lower;
}

std::string without_opaque_parts(std::string_view wikitext) {
    return OpaqueParts(wikitext).remove();
}

BracketPairs bracket_pairs(std::string_view wikitext) {
    return Matcher(wikitext).match();
}

std::vector<Part> split_outside(std::string_view wikitext, const BracketPairs& pairs, Part range,
                                char separator, std::size_t most) {
    const std::array<char, 4> stops = {'{', '[', separator, '\0'};
    std::vector<Part> parts;
    std::size_t start = range.start;
    std::size_t at = range.start;
    while (parts.size() + 1 < most) {
        at = wikitext.substr(0, range.end).find_first_of(stops.data(), at);
        if (at == std::string_view::npos) break;
        if (wikitext[at] == separator) {
            parts.push_back({start, at});
            start = ++at;
        } else if (const auto pair = pairs.find(at);
                   pair != pairs.end() && pair->second.end <= range.end) {
            at = pair->second.end;
        } else {
            ++at;
        }
    }
    parts.push_back({start, range.end});
    return parts;
}

std::string as_references(std::string_view text) {
    static constexpr std::string_view kMarkup = "{}[]|=*#:;!'<>_-";
    std::string out;
    for (const char byte : text) {
        if (kMarkup.find(byte) != std::string_view::npos)
            out += fmt::format("&#{};", static_cast<int>(byte));
        else
            out += byte == '\n' ? ' ' : byte;
    }
    return out;
}

std::string decode_entities(std::string_view text) {
    constexpr std::size_t kLongestName = 32;
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t next = std::min(text.find('&', at), text.size());
        out.append(text.substr(at, next - at));
        at = next;
        if (at == text.size()) break;
        const std::size_t end = text.substr(at, kLongestName).find(';');
        const UChar32 code_point =
            end == std::string_view::npos ? -1 : referred(text.substr(at + 1, end - 1));
        if (code_point >= 0) {
            append_code_point(out, code_point);
            at += end + 1;
        } else {
            out += '&';
            ++at;
        }
    }
    return out;
}

}  // namespace almagest::text
