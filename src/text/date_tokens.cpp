#include "text/date_tokens.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace almagest::text {
namespace {

constexpr char32_t paragraph_separator = 0x2029;

char32_t code_point_at(std::string_view utf8, std::size_t offset, std::size_t& next) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
    auto position = static_cast<std::int64_t>(offset);
    UChar32 code_point = 0;
    U8_NEXT_OR_FFFD(bytes, position, static_cast<std::int64_t>(utf8.size()), code_point);
    next = static_cast<std::size_t>(position);
    return static_cast<char32_t>(code_point);
}

bool is_digit(char32_t c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char32_t c) {
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_L_MASK | U_GC_M_MASK);
}

bool is_space(char32_t c) {
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13);
    return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

int small_number(std::string_view digits) {
    if (digits.size() > 4) return -1;
    int number = 0;
    for (const char digit : digits) number = number * 10 + (digit - '0');
    return number;
}

template <typename Predicate>
std::size_t end_of_run(std::string_view utf8, std::size_t offset, Predicate belongs) {
    while (offset < utf8.size()) {
        std::size_t next = offset;
        if (!belongs(code_point_at(utf8, offset, next))) break;
        offset = next;
    }
    return offset;
}

}  // namespace

bool DateToken::is_one_of(std::initializer_list<std::string_view> words) const {
    return is_word() && std::find(words.begin(), words.end(), lower) != words.end();
}

std::vector<DateToken> date_tokens(std::string_view utf8) {
    std::vector<DateToken> tokens;
    bool spaced = true;
    int newlines = 0;
    for (std::size_t offset = 0; offset < utf8.size();) {
        std::size_t next = offset;
        const auto c = code_point_at(utf8, offset, next);
        if (is_space(c)) {
            spaced = true;
            if (c == '\n' && ++newlines == 2) {
                DateToken separator;
                separator.mark = paragraph_separator;
                separator.text = utf8.substr(offset, 1);
                separator.offset = offset;
                tokens.push_back(std::move(separator));
            }
            offset = next;
            continue;
        }
        DateToken token;
        token.offset = offset;
        token.spaced = spaced;
        if (is_digit(c)) {
            next = end_of_run(utf8, offset, is_digit);
            token.kind = DateToken::Kind::number;
            token.number = small_number(utf8.substr(offset, next - offset));
        } else if (is_letter(c)) {
            next = end_of_run(utf8, offset, is_letter);
            token.kind = DateToken::Kind::word;
            token.lower = lower_case(utf8.substr(offset, next - offset));
        } else {
            token.mark = c;
        }
        token.text = utf8.substr(offset, next - offset);
        tokens.push_back(std::move(token));
        spaced = false;
        newlines = 0;
        offset = next;
    }
    return tokens;
}

}  // namespace almagest::text
