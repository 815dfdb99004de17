#include <algorithm>
#include <cstdint>

#include "contract/json_repair.h"
#include "contract/repair_scan.h"

// Strings of nearly-JSON: which quotation mark ends one, and what to do when none does.

namespace almagest::contract {
namespace {

constexpr std::size_t look_ahead = 256;  // bytes; keeps the whole linear
constexpr std::size_t maximum_rescans = 8;

void append_utf8(std::uint32_t code_point, std::string* out) {
    const auto put = [out](std::uint32_t byte) { out->push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0U | code_point >> 6U);
        put(0x80U | (code_point & 0x3FU));
    } else if (code_point < 0x10000) {
        put(0xE0U | code_point >> 12U);
        put(0x80U | (code_point >> 6U & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    } else {
        put(0xF0U | code_point >> 18U);
        put(0x80U | (code_point >> 12U & 0x3FU));
        put(0x80U | (code_point >> 6U & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    }
}

std::optional<std::uint32_t> four_hex(std::string_view text, std::size_t position) {
    if (position + 4 > text.size()) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : text.substr(position, 4)) {
        const auto digit = scan::is_digit(c)        ? c - '0'
                           : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                           : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                                    : -1;
        if (digit < 0) return std::nullopt;
        value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    return value;
}

bool starts_literal(std::string_view rest) {
    for (const std::string_view word : {"true", "false", "null", "True", "False", "None"}) {
        if (rest.starts_with(word) &&
            (rest.size() == word.size() || !scan::is_word(rest[word.size()]))) {
            return true;
        }
    }
    return false;
}

}  // namespace

JsonRepair::Outcome JsonRepair::read_string(bool is_key, std::string* out) {
    const auto opening = text_.substr(position_, scan::quote(text_, position_));
    if (opening != "\"") note("read quotation marks of another style");
    position_ += opening.size();
    const auto start = position_;
    std::optional<InnerQuote> last_inner;
    while (position_ < text_.size()) {
        if (text_[position_] == '\\') {
            read_escape(out);
            continue;
        }
        const auto closing = scan::closing_quote(text_, position_, opening);
        if (closing == 0) {
            if (static_cast<unsigned char>(text_[position_]) < 0x20)
                note("read raw control characters in strings");
            out->push_back(text_[position_++]);
            continue;
        }
        const auto role = role_of_quote(position_ + closing, is_key, out->empty());
        if (role == QuoteRole::end) {
            position_ += closing;
            return Outcome::complete;
        }
        if (role == QuoteRole::ends_a_key && last_inner && resume_at_key_before(*last_inner, out)) {
            return Outcome::complete;
        }
        const InnerQuote inner{position_, out->size()};
        if (!is_key && stack_.back().is_object && end_before_bare_key(start, out)) {
            return Outcome::complete;
        }
        note("escaped quotation marks inside strings");
        out->append(text_.substr(position_, closing));
        position_ += closing;
        last_inner = inner;
    }
    return end_of_open_string(start, is_key, out);
}

/// `"value, "key": …` – the mark at `quote` opened a key, so the value ended before its comma.
bool JsonRepair::resume_at_key_before(const InnerQuote& quote, std::string* out) {
    const auto before = scan::trimmed(std::string_view(*out).substr(0, quote.collected));
    if (!before.ends_with(',')) return false;
    const auto lead = static_cast<std::size_t>(before.data() - out->data());
    out->resize(lead + before.size() - 1);
    position_ = quote.position;
    note("put in a missing quotation mark");
    return true;
}

/// `"value, key: "…` – the mark at the position opens the value of a bare key, so this value ended
/// before the comma.
bool JsonRepair::end_before_bare_key(std::size_t start, std::string* out) {
    auto at = position_;
    const auto back_over = [&](auto fits) {
        const auto from = at;
        while (at > start && position_ - at < look_ahead && fits(text_[at - 1])) --at;
        return from - at;
    };
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    back_over(is_space);
    if (at == start || text_[at - 1] != ':') return false;
    --at;
    const auto name = back_over([](char c) { return scan::is_word(c) || c == '-'; });
    if (name == 0 || scan::is_digit(text_[at])) return false;
    back_over(is_space);
    if (at == start || text_[at - 1] != ',') return false;
    const auto comma = at - 1;
    if (!out->ends_with(text_.substr(comma, position_ - comma))) return false;
    out->resize(out->size() - (position_ - comma));
    position_ = comma;
    note("put in a missing quotation mark");
    return true;
}

/// No mark ends the string. Either the text breaks off, or only the mark is missing: then the
/// brackets at the end close everything that is open, or a key follows inside.
JsonRepair::Outcome JsonRepair::end_of_open_string(std::size_t start, bool is_key,
                                                   std::string* out) {
    const auto whole = scan::trimmed(text_.substr(0, text_.size()));
    const auto end = static_cast<std::size_t>(whole.data() - text_.data()) + whole.size();
    if (is_key || ++rescans_ > maximum_rescans || end <= start ||
        (text_[end - 1] != '}' && text_[end - 1] != ']')) {
        return Outcome::cut;
    }
    std::size_t stop = end;
    std::size_t key = 0;
    const auto split =
        stack_.back().is_object && text_[end - 1] == (stack_.front().is_object ? '}' : ']')
            ? split_at_key(start, end, &key)
            : std::string_view::npos;
    if (split != std::string_view::npos) {
        stop = split;
    } else {
        while (stop > start && (scan::space(text_, stop - 1) > 0 || text_[stop - 1] == '}' ||
                                text_[stop - 1] == ']')) {
            --stop;
        }
        if (!tail_closes_everything(stop)) return Outcome::cut;
    }
    out->clear();
    position_ = start;
    while (position_ < stop) {
        if (text_[position_] == '\\') {
            read_escape(out);
        } else {
            out->push_back(text_[position_++]);
        }
    }
    position_ = stop;
    note("put in a missing quotation mark");
    return Outcome::complete;
}

bool JsonRepair::tail_closes_everything(std::size_t tail) const {
    auto frame = stack_.rbegin();
    for (; tail < text_.size(); ++tail) {
        const char c = text_[tail];
        if (c != '}' && c != ']') continue;
        if (frame == stack_.rend() || frame->is_object != (c == '}')) return false;
        ++frame;
    }
    return frame == stack_.rend();
}

/// The first ", name:" in a range: gives the byte of its comma and sets `*key`; npos: none.
std::size_t JsonRepair::split_at_key(std::size_t start, std::size_t end, std::size_t* key) const {
    for (auto comma = text_.find(',', start); comma < end; comma = text_.find(',', comma + 1)) {
        std::size_t name = comma + 1;
        while (name < end && name < comma + look_ahead && scan::space(text_, name) > 0) {
            name += scan::space(text_, name);
        }
        if (name < end && !scan::is_digit(text_[name]) && scan::bare_key(text_, name)) {
            *key = name;
            return comma;
        }
    }
    return std::string_view::npos;
}

JsonRepair::QuoteRole JsonRepair::role_of_quote(std::size_t after, bool is_key,
                                                bool is_empty) const {
    const auto limit = std::min(text_.size(), after + look_ahead);
    const auto next = scan::blanks(text_, after, limit);
    if (next >= limit || scan::fence(text_, next)) return QuoteRole::end;
    const char c = text_[next];
    const bool spaced = next > after;
    const bool in_object = stack_.back().is_object;
    const bool closer = c == '}' || c == ']';
    if (is_key) {
        const bool is_value = scan::quote(text_, next) > 0 || scan::is_digit(c) || c == '-' ||
                              starts_literal(text_.substr(next));
        return c == ':' || c == ',' || closer || c == '{' || c == '[' || (spaced && is_value) ||
                       (scan::is_digit(c) && !is_empty)
                   ? QuoteRole::end
                   : QuoteRole::inner;
    }
    if (c == ':') return in_object ? QuoteRole::ends_a_key : QuoteRole::inner;
    if (c == ',') return role_before_comma(next);
    if (closer) {
        const auto behind = scan::blanks(text_, next + 1, next + 1 + look_ahead);
        const bool words = behind < text_.size() && scan::is_word(text_[behind]);
        return words && stack_.size() > 1 ? QuoteRole::inner : QuoteRole::end;
    }
    if (scan::quote(text_, next) > 0) {
        if (in_object) return key_ahead(next) ? QuoteRole::end : QuoteRole::inner;
        return spaced || !is_empty ? QuoteRole::end : QuoteRole::inner;
    }
    if (c == '{' || c == '[') {
        return !in_object || (c == '{' && parent_is_array()) ? QuoteRole::end : QuoteRole::inner;
    }
    if (const auto dots = scan::ellipsis(text_, next)) {
        const auto behind = scan::blanks(text_, next + dots, limit);
        const bool stands_alone =
            behind >= limit || text_[behind] == ',' || text_[behind] == '}' || text_[behind] == ']';
        return stands_alone ? QuoteRole::end : QuoteRole::inner;
    }
    if (!spaced) return QuoteRole::inner;
    if (in_object) return scan::bare_key(text_, next) ? QuoteRole::end : QuoteRole::inner;
    if (!scan::is_digit(c) && c != '-' && !starts_literal(text_.substr(next)))
        return QuoteRole::inner;
    auto behind = next;
    while (behind < limit &&
           (scan::is_word(text_[behind]) || text_[behind] == '-' || text_[behind] == '.'))
        ++behind;
    behind = scan::blanks(text_, behind, limit);
    const bool alone =
        behind >= limit || text_[behind] == ',' || text_[behind] == ']' || text_[behind] == '}';
    return alone ? QuoteRole::end : QuoteRole::inner;
}

JsonRepair::QuoteRole JsonRepair::role_before_comma(std::size_t comma) const {
    const auto limit = std::min(text_.size(), comma + look_ahead);
    const auto next = scan::blanks(text_, comma + 1, limit);
    if (next >= limit || scan::fence(text_, next)) return QuoteRole::end;
    const char c = text_[next];
    bool ends = c == '}' || c == ']' || c == ',' || scan::ellipsis(text_, next) > 0;
    if (stack_.back().is_object) {
        ends = ends || key_ahead(next) || (c == '{' && parent_is_array());
    } else {
        ends = ends || c == '{' || c == '[' || c == '-' || scan::is_digit(c) ||
               scan::quote(text_, next) > 0;
        // Bare words up to the next comma or bracket are an element; up to a mark, a quoted phrase.
        auto behind = next;
        while (behind < limit && text_[behind] != ',' && text_[behind] != ']' &&
               text_[behind] != '"')
            ++behind;
        ends = ends || (behind < limit && text_[behind] != '"');
    }
    return ends ? QuoteRole::end : QuoteRole::inner;
}

/// Does a member's name with its colon begin here? A name that the look-ahead does not see whole
/// counts as one.
bool JsonRepair::key_ahead(std::size_t position) const {
    const auto limit = std::min(text_.size(), position + look_ahead);
    const auto opening_size = scan::quote(text_, position);
    if (opening_size == 0) {
        std::size_t end = position;
        if (scan::bare_key(text_, position, &end)) return true;
        const auto mark = scan::quote(text_, end);
        return end > position && mark > 0 && end + mark < text_.size() && text_[end + mark] == ':';
    }
    const auto opening = text_.substr(position, opening_size);
    for (auto at = position + opening_size; at < limit; ++at) {
        if (text_[at] == '\\') {
            ++at;
            continue;
        }
        const auto closing = scan::closing_quote(text_, at, opening);
        if (closing == 0) continue;
        const auto next = scan::blanks(text_, at + closing, limit);
        if (next >= limit) return true;
        return text_[next] == ':';
    }
    return true;
}

void JsonRepair::read_escape(std::string* out) {
    const auto rest = text_.substr(position_);
    position_ += std::min<std::size_t>(2, rest.size());
    if (rest.size() < 2) return;  // the text breaks off
    switch (rest[1]) {
        case '"':
        case '\\':
        case '/':
            out->push_back(rest[1]);
            return;
        case 'b':
            out->push_back('\b');
            return;
        case 'f':
            out->push_back('\f');
            return;
        case 'n':
            out->push_back('\n');
            return;
        case 'r':
            out->push_back('\r');
            return;
        case 't':
            out->push_back('\t');
            return;
        case 'u':
            read_unicode_escape(out);
            return;
        default:
            note("took a stray backslash out of a string");
            out->push_back(rest[1]);
    }
}

void JsonRepair::read_unicode_escape(std::string* out) {
    const auto first = four_hex(text_, position_);
    if (!first) {
        note("took a stray backslash out of a string");
        out->push_back('u');
        return;
    }
    position_ += 4;
    if (*first < 0xD800 || *first > 0xDFFF) {
        append_utf8(*first, out);
        return;
    }
    const bool paired = text_.substr(position_).starts_with("\\u");
    const auto second = paired ? four_hex(text_, position_ + 2) : std::nullopt;
    if (*first < 0xDC00 && second && *second >= 0xDC00 && *second <= 0xDFFF) {
        append_utf8(0x10000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00), out);
        position_ += 6;
        return;
    }
    note("put a replacement character for half a surrogate pair");
    append_utf8(0xFFFD, out);
}

}  // namespace almagest::contract
