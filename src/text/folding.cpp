#include "text/folding.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace almagest::text {
namespace {

char32_t next_code_point(std::string_view utf8, std::size_t& offset) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
    auto position = static_cast<std::int64_t>(offset);
    const auto length = static_cast<std::int64_t>(utf8.size());
    UChar32 code_point = 0;
    U8_NEXT_OR_FFFD(bytes, position, length, code_point);
    offset = static_cast<std::size_t>(position);
    return static_cast<char32_t>(code_point);
}

const icu::Normalizer2& compatibility_form() {
    UErrorCode status = U_ZERO_ERROR;
    return *icu::Normalizer2::getNFKDInstance(status);
}

bool is_mark(char32_t character) {
    return character >= 0x300 && (U_GET_GC_MASK(static_cast<UChar32>(character)) & U_GC_M_MASK);
}

bool is_word_character(char32_t character) {
    if (character < 0x80) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
               (character >= '0' && character <= '9') || character == '_';
    }
    return U_GET_GC_MASK(static_cast<UChar32>(character)) &
           (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK);
}

bool is_digit(char32_t character) {
    return character >= '0' && character <= '9';
}

UScriptCode script_of(char32_t character) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript(static_cast<UChar32>(character), &status);
}

bool writes_no_spaces(UScriptCode script) {
    switch (script) {
        case USCRIPT_HAN:
        case USCRIPT_HIRAGANA:
        case USCRIPT_THAI:
        case USCRIPT_LAO:
        case USCRIPT_KHMER:
        case USCRIPT_MYANMAR:
        case USCRIPT_TIBETAN:
        // Particles follow a Korean noun without a space.
        case USCRIPT_HANGUL:
            return true;
        default:
            return false;
    }
}

bool one_word(char32_t left, char32_t right) {
    if (!is_word_character(left) || !is_word_character(right)) return false;
    if ((left < 0x0E00 && right < 0x0E00) || is_mark(right)) return true;
    const auto left_script = script_of(left);
    const auto right_script = script_of(right);
    if (writes_no_spaces(left_script) || writes_no_spaces(right_script)) return false;
    const bool one_is_katakana =
        (left_script == USCRIPT_KATAKANA) != (right_script == USCRIPT_KATAKANA);
    return !one_is_katakana || left_script == USCRIPT_COMMON || right_script == USCRIPT_COMMON;
}

}  // namespace

char32_t plain_punctuation(char32_t code_point) {
    switch (code_point) {
        case 0x2018:
        case 0x2019:
        case 0x201A:
        case 0x201B:
        case 0x2032:
        case 0x02BC:
        case 0x00B4:
        case 0x0060:
            return U'\'';
        case 0x201C:
        case 0x201D:
        case 0x201E:
        case 0x201F:
        case 0x2033:
        case 0x00AB:
        case 0x00BB:
            return U'"';
        case 0x2010:
        case 0x2011:
        case 0x2012:
        case 0x2013:
        case 0x2014:
        case 0x2015:
        case 0x2212:
            return U'-';
        case 0x00AD:
        case 0x200B:
        case 0x2060:
        case 0xFEFF:
            return 0;
        default:
            return code_point;
    }
}

FoldedText::FoldedText(std::string_view utf8) {
    characters_.reserve(utf8.size());
    origins_.reserve(utf8.size());
    std::size_t position = 0;
    for (std::size_t offset = 0; offset < utf8.size(); ++position) {
        const auto code_point = next_code_point(utf8, offset);
        const Range origin{position, position + 1};
        const bool is_space = code_point < 0x80
                                  ? code_point == ' ' || (code_point >= 9 && code_point <= 13)
                                  : u_isUWhiteSpace(static_cast<UChar32>(code_point)) != 0;
        if (is_space) {
            if (characters_.empty()) continue;
            if (characters_.back() == U' ') {
                origins_.back().end = origin.end;
            } else {
                append(U' ', origin);
            }
        } else if (code_point < 0x80 && code_point != '`') {
            const bool is_upper = code_point >= 'A' && code_point <= 'Z';
            append(is_upper ? code_point + 32 : code_point, origin);
        } else if (const auto plain = plain_punctuation(code_point); plain != code_point) {
            if (plain != 0) append(plain, origin);
        } else {
            append_folded(code_point, origin);
        }
    }
    if (!characters_.empty() && characters_.back() == U' ') {
        characters_.pop_back();
        origins_.pop_back();
    }
}

void FoldedText::append_folded(char32_t code_point, Range origin) {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString folded(static_cast<UChar32>(code_point));
    folded.foldCase();
    folded = compatibility_form().normalize(folded, status);
    // Compatibility forms may bring capitals back, as U+1D400 does.
    folded.foldCase();
    for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
        append(static_cast<char32_t>(folded.char32At(i)), origin);
    }
}

void FoldedText::append(char32_t character, Range origin) {
    characters_.push_back(character);
    origins_.push_back(origin);
    if (!is_mark(character)) return;
    // Canonical order, so that marks that were typed in another order still compare equal.
    const auto combining_class = u_getCombiningClass(static_cast<UChar32>(character));
    if (combining_class == 0) return;
    for (std::size_t i = characters_.size() - 1; i > 0; --i) {
        if (u_getCombiningClass(static_cast<UChar32>(characters_[i - 1])) <= combining_class) break;
        std::swap(characters_[i], characters_[i - 1]);
        std::swap(origins_[i], origins_[i - 1]);
    }
}

Range FoldedText::origin(std::size_t first, std::size_t last) const {
    Range range = origins_[first];
    for (std::size_t i = first; i < last; ++i) {
        range.start = std::min(range.start, origins_[i].start);
        range.end = std::max(range.end, origins_[i].end);
    }
    return range;
}

std::pair<std::size_t, std::size_t> FoldedText::characters_of(Range range) const {
    const auto index_of = [this](std::size_t code_point) {
        const auto found = std::lower_bound(
            origins_.begin(), origins_.end(), code_point,
            [](const Range& origin, std::size_t wanted) { return origin.start < wanted; });
        return static_cast<std::size_t>(found - origins_.begin());
    };
    return {index_of(range.start), index_of(range.end)};
}

bool FoldedText::is_edge(std::size_t position) const {
    if (position == 0 || position >= characters_.size()) return true;
    return !is_mark(characters_[position]) &&
           origins_[position - 1].start != origins_[position].start;
}

bool FoldedText::inside_word(std::size_t position) const {
    if (position == 0 || position >= characters_.size()) return false;
    const auto left = characters_[position - 1];
    const auto right = characters_[position];
    if (one_word(left, right)) return true;
    const bool has_next = position + 1 < characters_.size();
    const auto next = has_next ? characters_[position + 1] : U' ';
    const bool has_second = position >= 2;
    const auto second = has_second ? characters_[position - 2] : U' ';
    const auto parts_a_number = [](char32_t c) { return c == '.' || c == ','; };
    if (is_digit(left) && parts_a_number(right) && is_digit(next)) return true;
    if (parts_a_number(left) && is_digit(second) && is_digit(right)) return true;
    return is_word_character(left) && (right == '#' || (right == '+' && next == '+'));
}

}  // namespace almagest::text
