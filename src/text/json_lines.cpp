#include "text/json_lines.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "error/error.h"
#include "text/code_points.h"

namespace almagest::text {
namespace {

using nlohmann::json;

/// A string, or a number as it is written; "" where there is none. Throws PermanentError for
/// anything else.
std::string member(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return "";
    if (found->is_string()) return found->get<std::string>();
    if (found->is_number()) return found->dump();
    throw PermanentError(
        fmt::format("\"{}\" is {}, and must be a string", key, found->type_name()));
}

JsonLine page_of(std::string_view line) {
    if (!is_utf8(line)) throw PermanentError("is not UTF-8");
    json object;
    try {
        object = json::parse(line);
    } catch (const json::parse_error& error) {
        throw PermanentError(fmt::format("is not JSON from byte {}", error.byte));
    } catch (const json::out_of_range&) {
        throw PermanentError("has a number that is too large");
    }
    if (!object.is_object())
        throw PermanentError(fmt::format("is JSON of type {}, and must be an object with content",
                                         object.type_name()));
    JsonLine page;
    page.id = member(object, "id");
    page.title = member(object, "title");
    page.url = member(object, "url");
    page.content = member(object, "content");
    if (page.content.empty()) throw PermanentError("has no \"content\"");
    return page;
}

}  // namespace

JsonLines::JsonLines(std::size_t longest_line, OnPage on_page, OnFault on_fault)
    : longest_line_(longest_line), on_page_(std::move(on_page)), on_fault_(std::move(on_fault)) {}

void JsonLines::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (!overlong_ && begun_.size() + part.size() > longest_line_) {
            overlong_ = true;
            begun_.clear();
            on_fault_(line_, fmt::format("has more than {} bytes", longest_line_));
        }
        if (end == std::string_view::npos) {
            if (!overlong_) begun_ += part;
            return;
        }
        if (!overlong_) {
            if (begun_.empty()) {
                take(part);
            } else {
                begun_ += part;
                take(begun_);
            }
        }
        begun_.clear();
        overlong_ = false;
        ++line_;
        bytes.remove_prefix(end + 1);
    }
}

void JsonLines::finish() {
    if (!overlong_) take(begun_);
    begun_.clear();
    overlong_ = false;
}

void JsonLines::take(std::string_view line) {
    if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    JsonLine page;
    try {
        page = page_of(line);
    } catch (const PermanentError& error) {
        on_fault_(line_, error.what());
        return;
    }
    page.number = line_;
    page.line = line;
    on_page_(std::move(page));
}

}  // namespace almagest::text
