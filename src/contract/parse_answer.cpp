#include <fmt/format.h>

#include <algorithm>

#include "contract/answer.h"
#include "contract/json_repair.h"
#include "contract/repair_scan.h"
#include "contract/strict_json.h"

namespace almagest::contract {
namespace {

/// Where a document stands in an answer.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool closed = true;
    bool fenced = false;
};

/// A document, or a list of documents that follow one another.
struct Found {
    nlohmann::json value;
    std::size_t bytes = 0;
    bool usable = true;
    bool fenced = false;
    bool truncated = false;
};

/// Can a document begin with the bracket at `position`, or is it one of the prose?
bool plausible(std::string_view text, std::size_t position) {
    if (text[position] == '[') return true;
    const auto next = scan::blanks(text, position + 1, position + 256);
    if (next >= text.size() || scan::quote(text, next) > 0) return true;
    constexpr std::string_view starts = "{}[],.\\`";
    if (starts.find(text[next]) != std::string_view::npos || scan::ellipsis(text, next) > 0)
        return true;
    std::size_t end = next;
    if (scan::bare_key(text, next, &end)) return true;
    return end > next && scan::quote(text, end) > 0;
}

bool after_fence(std::string_view text, std::size_t position) {
    auto before = text.substr(0, position);
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!before.empty() && blank(before.back())) before.remove_suffix(1);
    const auto language = [](char c) { return scan::is_word(c) || c == '-' || c == '+'; };
    for (int letters = 0; letters < 16 && !before.empty() && language(before.back()); ++letters) {
        before.remove_suffix(1);
    }
    while (!before.empty() && (before.back() == ' ' || before.back() == '\t'))
        before.remove_suffix(1);
    return before.ends_with("```") || before.ends_with("~~~");
}

/// Where the bracket at `begin` closes, by strict JSON's strings; the text's end if it does not.
std::size_t balanced_end(std::string_view text, std::size_t begin, bool* closed) {
    std::size_t depth = 0;
    for (std::size_t at = begin; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            for (++at; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '\\') ++at;
            }
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            *closed = true;
            return at + 1;
        }
    }
    *closed = false;
    return text.size();
}

std::vector<Span> balanced_spans(std::string_view text) {
    std::vector<Span> spans;
    for (auto at = text.find_first_of("{["); at < text.size(); at = text.find_first_of("{[", at)) {
        if (!plausible(text, at)) {
            ++at;
            continue;
        }
        Span span{at, 0, false, after_fence(text, at)};
        span.end = balanced_end(text, at, &span.closed);
        at = span.end;
        spans.push_back(span);
    }
    return spans;
}

bool only_separators(std::string_view between) {
    while (!between.empty()) {
        if (const auto space = scan::space(between, 0)) {
            between.remove_prefix(space);
        } else if (between.front() == ',') {
            between.remove_prefix(1);
        } else {
            return false;
        }
    }
    return true;
}

/// Joins documents that only white space and commas part into lists.
class Collector {
  public:
    explicit Collector(std::string_view text) : text_(text) {}

    void add(const Span& span, std::optional<nlohmann::json> value, bool truncated) {
        const bool follows = !found_.empty() && !span.fenced && span.begin >= last_end_ &&
                             only_separators(text_.substr(last_end_, span.begin - last_end_));
        const auto bytes = span.end - span.begin;
        last_end_ = span.end;
        if (!follows) {
            in_list_ = false;
            found_.push_back({value ? std::move(*value) : nlohmann::json(), bytes,
                              value.has_value(), span.fenced, truncated});
            return;
        }
        auto& group = found_.back();
        if (!in_list_) group.value = nlohmann::json::array({std::move(group.value)});
        in_list_ = true;
        group.bytes += bytes;
        group.usable = group.usable && value.has_value();
        group.truncated = group.truncated || truncated;
        // A document that breaks off is an item of the list, and no complete one.
        if (value && !truncated) group.value.push_back(std::move(*value));
    }

    /// The documents to choose from: the fenced ones if there are any.
    [[nodiscard]] std::vector<Found> take() {
        const auto fenced = [](const Found& found) { return found.fenced; };
        if (std::any_of(found_.begin(), found_.end(), fenced)) {
            std::erase_if(found_, [](const Found& found) { return !found.fenced; });
        }
        return std::move(found_);
    }

  private:
    std::string_view text_;
    std::vector<Found> found_;
    std::size_t last_end_ = 0;
    bool in_list_ = false;
};

const Found* largest(const std::vector<Found>& found) {
    const Found* best = nullptr;
    for (const auto& one : found) {
        if (best == nullptr || one.bytes >= best->bytes) best = &one;
    }
    return best;
}

/// What a wrapper of one member or one element holds; null: it is no such wrapper.
const nlohmann::json* wrapped(const nlohmann::json& value) {
    if (!value.is_structured() || value.size() != 1) return nullptr;
    const auto& inner = *value.begin();
    return inner.is_structured() ? &inner : nullptr;
}

bool fits(const Schema& schema, const nlohmann::json& value) {
    return schema.violations(value, 1).empty();
}

ParsedAnswer chosen(const std::vector<Found>& found, ParseStrategy strategy, const Schema* schema) {
    if (schema != nullptr) {
        for (auto one = found.rbegin(); one != found.rend(); ++one) {
            if (!one->usable) continue;
            if (fits(*schema, one->value)) return {one->value, strategy, one->truncated, {}};
            if (const auto* inner = wrapped(one->value);
                inner != nullptr && fits(*schema, *inner)) {
                return {*inner, strategy, one->truncated, {"took off a wrapper around the answer"}};
            }
        }
    }
    const auto* best = largest(found);
    return {best->value, strategy, best->truncated, {}};
}

/// Was the document closed too early, with more members behind it ("{…}, "key": …}")?
bool goes_on(std::string_view text, std::size_t end) {
    const auto comma = scan::blanks(text, end, end + 256);
    if (comma >= text.size() || text[comma] != ',') return false;
    return scan::quote(text, scan::blanks(text, comma + 1, comma + 256)) > 0;
}

std::optional<ParsedAnswer> read_embedded(std::string_view text, const Schema* schema) {
    Collector collector(text);
    for (const auto& span : balanced_spans(text)) {
        collector.add(span,
                      span.closed && !goes_on(text, span.end)
                          ? read_strict_json(text.substr(span.begin, span.end - span.begin))
                          : std::nullopt,
                      !span.closed);
    }
    const auto found = collector.take();
    const auto* best = largest(found);
    if (best == nullptr || !best->usable) return std::nullopt;
    return chosen(found, best->fenced ? ParseStrategy::fenced : ParseStrategy::surrounded, schema);
}

std::optional<ParsedAnswer> read_repaired(std::string_view text, const Schema* schema,
                                          std::string* why) {
    Collector collector(text);
    JsonRepair repair(text);
    std::string reason = "it holds no JSON object or array";
    for (auto at = text.find_first_of("{["); at < text.size(); at = text.find_first_of("{[", at)) {
        if (!plausible(text, at)) {
            ++at;
            continue;
        }
        auto read = repair.read(at);
        if (!read) {
            reason = "it is beyond repair: " + repair.why();
            break;
        }
        const Span span{at, read->end, true, after_fence(text, at)};
        at = read->end;
        collector.add(span, std::move(read->value), read->truncated);
    }
    const auto found = collector.take();
    if (!repair.why().empty() || found.empty()) {
        *why = reason;
        return std::nullopt;
    }
    auto answer = chosen(found, ParseStrategy::repaired, schema);
    answer.notes.insert(answer.notes.begin(), repair.notes().begin(), repair.notes().end());
    return answer;
}

/// Without what a model thinks aloud before its answer. nullopt: it never stopped thinking.
std::optional<std::string_view> without_thought(std::string_view text) {
    const auto start = scan::trimmed(text);
    for (const auto& [opening, closing] :
         {std::pair<std::string_view, std::string_view>{"<think>", "</think>"},
          {"<thinking>", "</thinking>"}}) {
        if (!start.starts_with(opening)) continue;
        const auto end = start.find(closing);
        if (end == std::string_view::npos) return std::nullopt;
        return start.substr(end + closing.size());
    }
    return text;
}

/// Without a last character of which bytes are missing, as where an answer was cut.
std::string_view without_cut_character(std::string_view text) {
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (byte < 0x80) break;
        if (byte < 0xC0) continue;
        const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
        if (back < length) text.remove_suffix(back);
        break;
    }
    return text;
}

/// `{\"key\": …` – a JSON text with its quotation marks escaped, but no string around it.
std::optional<std::string> unescaped(std::string_view text) {
    const auto bracket = text.find_first_of("{[");
    if (bracket == std::string_view::npos) return std::nullopt;
    const auto next = scan::blanks(text, bracket + 1, bracket + 256);
    if (!text.substr(std::min(next, text.size())).starts_with("\\\"")) return std::nullopt;
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool escaped = text[at] == '\\' && at + 1 < text.size() &&
                             (text[at + 1] == '"' || text[at + 1] == '\\');
        plain.push_back(text[escaped ? ++at : at]);
    }
    return plain;
}

/// `{```json\n{…}\n```}` – a bracket around a code fence is none of the document's.
std::string_view without_bracket_before_fence(std::string_view text) {
    const auto start = scan::trimmed(text);
    const bool around = (start.starts_with('{') || start.starts_with('[')) && scan::fence(start, 1);
    return around ? start.substr(1) : text;
}

std::optional<ParsedAnswer> read_lenient(std::string_view text, const Schema* schema,
                                         std::string* why) {
    if (auto answer = read_embedded(text, schema)) return answer;
    if (const auto plain = unescaped(text)) {
        if (auto answer = read_embedded(*plain, schema)) {
            answer->strategy = ParseStrategy::repaired;
            answer->notes.emplace_back("took escapes off the quotation marks");
            return answer;
        }
    }
    return read_repaired(text, schema, why);
}

}  // namespace

std::string_view to_string(ParseStrategy strategy) {
    switch (strategy) {
        case ParseStrategy::strict:
            return "strict";
        case ParseStrategy::fenced:
            return "fenced";
        case ParseStrategy::surrounded:
            return "surrounded";
        case ParseStrategy::repaired:
            return "repaired";
    }
    return "unknown";
}

std::optional<ParsedAnswer> parse_answer(std::string_view answer, std::string* why,
                                         std::size_t maximum_bytes, const Schema* schema) {
    std::string unused;
    auto& reason = why != nullptr ? *why : unused;
    if (answer.size() > maximum_bytes) {
        reason = fmt::format("the answer has {} bytes, more than the {} allowed", answer.size(),
                             maximum_bytes);
        return std::nullopt;
    }
    if (auto value = read_strict_json(answer)) {
        if (!value->is_string())
            return chosen({{std::move(*value)}}, ParseStrategy::strict, schema);
        // A JSON text inside a JSON string, once.
        const auto inner = value->get<std::string>();
        if (auto read = read_strict_json(inner); read && read->is_structured()) {
            auto parsed = chosen({{std::move(*read)}}, ParseStrategy::surrounded, schema);
            parsed.notes.emplace_back("took the answer out of a JSON string");
            return parsed;
        }
        return ParsedAnswer{std::move(*value), ParseStrategy::strict, false, {}};
    }
    const auto text = without_cut_character(answer);
    if (!well_formed_utf8(text)) {
        reason = "the answer is not well-formed UTF-8";
        return std::nullopt;
    }
    const auto body = without_thought(text);
    if (!body) {
        reason = "the answer ends before the model stopped thinking aloud";
        return std::nullopt;
    }
    auto parsed = read_lenient(without_bracket_before_fence(*body), schema, &reason);
    if (!parsed) reason = "the answer is not usable: " + reason;
    return parsed;
}

}  // namespace almagest::contract
