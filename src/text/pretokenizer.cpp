#include "text/pretokenizer.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

namespace almagest::text {
namespace {

/// Bits, so that a rule's sets are masks.
enum Class : std::uint8_t {
    kUpper = 1,    // Lu, Lt
    kLower = 2,    // Ll
    kUncased = 4,  // Lm, Lo
    kMark = 8,     // M
    kNumber = 16,  // N
    kBreak = 32,   // CR, LF
    kSpace = 64,   // other White_Space
    kSymbol = 128,
};
constexpr std::uint8_t kLetter = kUpper | kLower | kUncased;
constexpr std::uint8_t kWhite = kBreak | kSpace;
constexpr std::uint8_t kOther = kSymbol | kMark;                   // [^\s\p{L}\p{N}]
constexpr std::uint8_t kPrefix = kSymbol | kMark | kSpace;         // [^\r\n\p{L}\p{N}]
constexpr std::uint8_t kCapitals = kUpper | kUncased | kMark;      // of o200k
constexpr std::uint8_t kSmallLetters = kLower | kUncased | kMark;  // of o200k

constexpr std::array<std::uint8_t, 128> ascii_classes() {
    std::array<std::uint8_t, 128> classes{};
    for (std::size_t c = 0; c < classes.size(); ++c) {
        if (c >= 'a' && c <= 'z') {
            classes[c] = kLower;
        } else if (c >= 'A' && c <= 'Z') {
            classes[c] = kUpper;
        } else if (c >= '0' && c <= '9') {
            classes[c] = kNumber;
        } else if (c == '\r' || c == '\n') {
            classes[c] = kBreak;
        } else if (c == ' ' || (c >= 9 && c <= 13)) {
            classes[c] = kSpace;
        } else {
            classes[c] = kSymbol;
        }
    }
    return classes;
}
constexpr auto kAscii = ascii_classes();

std::uint8_t class_of(UChar32 c) {
    constexpr auto bits = [](auto... types) { return ((1U << types) | ...); };
    const auto type = 1U << u_charType(c);
    if ((type & bits(U_UPPERCASE_LETTER, U_TITLECASE_LETTER)) != 0) return kUpper;
    if ((type & bits(U_LOWERCASE_LETTER)) != 0) return kLower;
    if ((type & bits(U_MODIFIER_LETTER, U_OTHER_LETTER)) != 0) return kUncased;
    if ((type & bits(U_NON_SPACING_MARK, U_ENCLOSING_MARK, U_COMBINING_SPACING_MARK)) != 0) {
        return kMark;
    }
    if ((type & bits(U_DECIMAL_DIGIT_NUMBER, U_LETTER_NUMBER, U_OTHER_NUMBER)) != 0) return kNumber;
    return u_isUWhiteSpace(c) != 0 ? kSpace : kSymbol;
}

struct Character {
    std::uint8_t type = 0;  // 0 at the text's end
    std::size_t end = 0;
};

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] Character at(std::size_t offset) const {
        if (offset >= text_.size()) return {0, offset};
        const auto byte = static_cast<unsigned char>(text_[offset]);
        if (byte < 0x80) return {kAscii[byte], offset + 1};
        return beyond_ascii(offset);
    }

    /// The end of the run of characters of `mask` from `offset`.
    [[nodiscard]] std::size_t run(std::size_t offset, std::uint8_t mask) const {
        for (;;) {
            const auto c = at(offset);
            if ((c.type & mask) == 0) return offset;
            offset = c.end;
        }
    }

    /// Up to three numbers.
    [[nodiscard]] std::size_t short_number(std::size_t offset) const {
        for (int i = 0; i < 3; ++i) {
            const auto c = at(offset);
            if (c.type != kNumber) break;
            offset = c.end;
        }
        return offset;
    }

    /// The end of 's, 'll and their like at `offset`, else `offset`. The long s counts as s in any
    /// case.
    [[nodiscard]] std::size_t contraction(std::size_t offset, bool any_case) const {
        if (byte(offset) != '\'') return offset;
        const auto letter = [&](std::size_t at) {
            const char c = byte(at);
            return any_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        };
        switch (letter(offset + 1)) {
            case 's':
            case 'd':
            case 'm':
            case 't':
                return offset + 2;
            case 'l':
                return letter(offset + 2) == 'l' ? offset + 3 : offset;
            case 'v':
            case 'r':
                return letter(offset + 2) == 'e' ? offset + 3 : offset;
            case '\xC5':
                return any_case && byte(offset + 2) == '\xBF' ? offset + 3 : offset;
            default:
                return offset;
        }
    }

    /// The run of white space at `start` as far as it makes one piece.
    [[nodiscard]] std::size_t white(std::size_t start, bool breaks_apart, bool whole_at_end) const {
        std::size_t after_break = start;
        std::size_t last = start;  // where the last character of the run starts
        std::size_t end = start;
        for (auto c = at(start); (c.type & kWhite) != 0; c = at(end)) {
            last = end;
            end = c.end;
            if (c.type == kBreak) after_break = end;
        }
        if (end == text_.size() && whole_at_end) return end;
        if (breaks_apart && after_break > start) return after_break;
        // The last one stays with what follows.
        return end < text_.size() && last > start ? last : end;
    }

    [[nodiscard]] bool is(std::size_t offset, char wanted) const { return byte(offset) == wanted; }

  private:
    [[nodiscard]] char byte(std::size_t offset) const {
        return offset < text_.size() ? text_[offset] : '\0';
    }

    [[nodiscard]] Character beyond_ascii(std::size_t offset) const {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(text_.data()) + offset;
        // Four bytes are enough, and ICU's macro is faster with small offsets.
        const auto length =
            static_cast<std::int32_t>(std::min<std::size_t>(text_.size() - offset, 4));
        std::int32_t used = 0;
        UChar32 c = 0;
        U8_NEXT(bytes, used, length, c);
        return {c < 0 ? std::uint8_t{kSymbol} : class_of(c),
                offset + static_cast<std::size_t>(used)};
    }

    std::string_view text_;
};

std::size_t r50k_end(const Reader& text, std::size_t at) {
    if (const auto end = text.contraction(at, false); end > at) return end;
    const auto first = text.at(at);
    const auto body = text.is(at, ' ') ? text.at(first.end) : first;
    for (const std::uint8_t mask : {kLetter, std::uint8_t{kNumber}, kOther}) {
        if ((body.type & mask) != 0) return text.run(body.end, mask);
    }
    return text.white(at, false, true);
}

std::size_t cl100k_end(const Reader& text, std::size_t at) {
    const auto first = text.at(at);
    if ((first.type & kLetter) != 0) return text.run(first.end, kLetter);
    if (const auto end = text.contraction(at, true); end > at) return end;
    const auto second = text.at(first.end);
    if ((first.type & kPrefix) != 0 && (second.type & kLetter) != 0) {
        return text.run(second.end, kLetter);
    }
    if (first.type == kNumber) return text.short_number(at);
    const auto body = text.is(at, ' ') ? second : first;
    if ((body.type & kOther) != 0) return text.run(text.run(body.end, kOther), kBreak);
    return text.white(at, true, true);
}

/// A word of o200k from `at`: capitals, then small letters. `at` if there is none; without
/// `small`, capitals are enough.
std::size_t cased_word(const Reader& text, std::size_t at, bool small) {
    std::size_t capitals = at;
    std::size_t after_small = at;  // behind the last of the capitals that is a small letter as well
    for (auto c = text.at(at); (c.type & kCapitals) != 0; c = text.at(capitals)) {
        capitals = c.end;
        if ((c.type & kSmallLetters) != 0) after_small = capitals;
    }
    const auto end = text.run(capitals, kSmallLetters);
    if (end > capitals || !small) return end;
    return after_small;
}

std::size_t o200k_end(const Reader& text, std::size_t at) {
    const auto first = text.at(at);
    const bool has_prefix = (first.type & kPrefix) != 0;
    for (const bool small : {true, false}) {
        if (has_prefix) {
            const auto end = cased_word(text, first.end, small);
            if (end > first.end) return text.contraction(end, true);
        }
        if ((first.type & (kLetter | kMark)) != 0) {
            const auto end = cased_word(text, at, small);
            if (end > at) return text.contraction(end, true);
        }
    }
    if (first.type == kNumber) return text.short_number(at);
    const auto body = text.is(at, ' ') ? text.at(first.end) : first;
    if ((body.type & kOther) != 0) {
        auto end = text.run(body.end, kOther);
        while (text.is(end, '\r') || text.is(end, '\n') || text.is(end, '/')) ++end;
        return end;
    }
    return text.white(at, true, false);
}

}  // namespace

std::optional<PieceRules> piece_rules_named(std::string_view name) {
    if (name.starts_with("cl100k")) return PieceRules::cl100k;
    if (name.starts_with("o200k")) return PieceRules::o200k;
    for (const auto* old : {"r50k", "p50k", "gpt2"}) {
        if (name.starts_with(old)) return PieceRules::r50k;
    }
    return std::nullopt;
}

std::size_t piece_end(PieceRules rules, std::string_view utf8, std::size_t at) {
    const Reader text(utf8);
    switch (rules) {
        case PieceRules::r50k:
            return r50k_end(text, at);
        case PieceRules::cl100k:
            return cl100k_end(text, at);
        case PieceRules::o200k:
            return o200k_end(text, at);
    }
    return utf8.size();
}

}  // namespace almagest::text
