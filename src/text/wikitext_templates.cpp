#include "text/wikitext_templates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "text/wikitext_markup.h"

namespace almagest::text {
namespace {

bool begins_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [text](std::string_view start) { return text.starts_with(start); });
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 4 &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "1996-04-16" of a date template's first numbers, or "".
std::string date_of(const std::vector<std::string>& values) {
    std::string date;
    std::size_t count = 0;
    for (const auto& value : values) {
        if (!is_number(value) || count == 3) break;
        date += fmt::format("{}{}{}", count == 0 ? "" : "-", value.size() < 2 ? "0" : "", value);
        ++count;
    }
    return date;
}

std::string joined(const std::vector<std::string>& values, std::string_view between,
                   std::size_t most = static_cast<std::size_t>(-1)) {
    std::string text;
    for (std::size_t i = 0; i < std::min(values.size(), most); ++i) {
        if (i > 0) text += between;
        text += values[i];
    }
    return text;
}

/// Fields that say how something looks.
bool is_layout(std::string_view key) {
    return is_any(key, {"style",      "class",     "width",  "height", "align",      "bgcolor",
                        "colspan",    "rowspan",   "abbr",   "df",     "mf",         "sortable",
                        "lk",         "adj",       "sp",     "nowrap", "image_size", "imagesize",
                        "image size", "map_width", "format", "size"}) ||
           key.ends_with("style") || key.ends_with("_width") || key.ends_with("_size");
}

bool is_file(const std::string& value) {
    const std::string lower = ascii_lower(value);
    static constexpr std::array<std::string_view, 9> kEndings = {
        ".jpg", ".jpeg", ".png", ".svg", ".gif", ".tif", ".webp", ".ogg", ".webm"};
    return std::any_of(kEndings.begin(), kEndings.end(),
                       [&lower](std::string_view ending) { return lower.ends_with(ending); });
}

bool is_of_use(const std::pair<std::string, std::string>& field) {
    return !is_layout(ascii_lower(field.first)) && !is_file(field.second);
}

}  // namespace

bool says_nothing(const std::string& name) {
    const std::string lower = ascii_lower(name);
    if (lower.empty() || lower.front() == '#') return true;  // parser functions
    // Magic words with an argument: {{DEFAULTSORT:…}}, {{PLURAL:…}}
    if (const auto colon = name.find(':'); colon != std::string::npos && colon > 1)
        if (std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(colon),
                        [](char byte) { return byte >= 'A' && byte <= 'Z'; }))
            return true;
    return begins_with_any(lower, {"cite",
                                   "citation",
                                   "sfn",
                                   "harv",
                                   "ref",
                                   "navbox",
                                   "commons",
                                   "wikiquote",
                                   "wiktionary",
                                   "wikisource",
                                   "sister",
                                   "use dmy",
                                   "use mdy",
                                   "use british",
                                   "pp-",
                                   "ipa",
                                   "respell",
                                   "legend",
                                   "authority control",
                                   "webarchive",
                                   "dead link",
                                   "flagicon"}) ||
           is_any(lower, {"efn",        "notelist",     "portal",
                          "clear",      "toc",          "-",
                          "anchor",     "italic title", "unreferenced",
                          "refimprove", "clarify",      "who",
                          "when",       "by whom",      "coord",
                          "main page",  "good article", "featured article",
                          "sort",       "update",       "rp",
                          "cn",         "fact",         "note",
                          "ref",        "persondata",   "defaultsort",
                          "dts"});
}

std::string inline_text(const TemplateCall& call) {
    const std::string name = ascii_lower(call.name);
    const auto& values = call.values;
    if (name == "!") return "&#124;";
    if (name == "=") return "=";
    if (values.empty()) {
        std::string text;
        for (const auto& field : call.fields) {
            if (!is_of_use(field)) continue;
            text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", field.first, field.second);
        }
        return text;
    }
    if (name.find("date") != std::string::npos)
        if (auto date = date_of(values); !date.empty()) return date;
    if (is_any(name, {"convert", "cvt"})) return joined(values, " ", 2);
    if (name == "lang" || name.starts_with("lang-") || name == "url" || name == "transl")
        return values.back();
    if (is_any(name, {"ubl", "unbulleted list", "plainlist", "flatlist", "hlist"}))
        return joined(values, "; ");
    if (is_any(name, {"main", "see also", "further", "details", "seealso"}))
        return "See: " + joined(values, ", ");
    return joined(values, ", ");
}

std::vector<std::string> block_lines(const TemplateCall& call) {
    std::vector<std::string> lines;
    for (const auto& field : call.fields)
        if (is_of_use(field)) lines.push_back(fmt::format("{}: {}", field.first, field.second));
    if (lines.empty()) return lines;
    lines.insert(lines.begin(), call.name);
    if (!call.values.empty()) lines.push_back(joined(call.values, ", "));
    return lines;
}

}  // namespace almagest::text
