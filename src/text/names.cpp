#include "text/names.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <memory>
#include <unordered_map>

#include "error/error.h"
#include "text/folding.h"

namespace almagest::text {
namespace {

using Mapping = std::unordered_map<UChar32, icu::UnicodeString>;

/// Latin letters that no decomposition reaches (ø, ł, æ …) as plain letters, by CLDR's Latin-ASCII,
/// the source of PostgreSQL's unaccent rules.
Mapping plain_latin_letters() {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::Transliterator> to_ascii(
        icu::Transliterator::createInstance("Latin-ASCII", UTRANS_FORWARD, status));
    if (U_FAILURE(status))
        throw PermanentError("ICU's data lacks the transform Latin-ASCII: install libicu's data");
    Mapping mapping;
    for (UChar32 letter = 0x80; letter < 0xAB70; ++letter) {
        if (!u_isalpha(letter) || uscript_getScript(letter, &status) != USCRIPT_LATIN) continue;
        icu::UnicodeString plain(letter);
        to_ascii->transliterate(plain);
        plain.foldCase();
        if (plain != icu::UnicodeString(letter)) mapping.emplace(letter, plain);
    }
    return mapping;
}

/// Letters by category that stand for an apostrophe, as in Hawaiʻi.
bool is_apostrophe(UChar32 character) {
    return character >= 0x2B9 && character <= 0x2BD;
}

bool is_accent(UChar32 character) {
    if (u_charType(character) == U_ENCLOSING_MARK) return true;
    if (u_charType(character) != U_NON_SPACING_MARK) return false;
    // Voiced sound marks make another letter, not an accented one.
    if (character == 0x3099 || character == 0x309A) return false;
    UErrorCode status = U_ZERO_ERROR;
    const auto script = uscript_getScript(character, &status);
    // Vowel signs of Devanagari, Thai and their like are letters of the name.
    return script == USCRIPT_INHERITED || script == USCRIPT_CYRILLIC || script == USCRIPT_COMMON;
}

icu::UnicodeString without_accents_and_punctuation(const icu::UnicodeString& decomposed) {
    static const Mapping plain_letters = plain_latin_letters();
    icu::UnicodeString key;
    for (std::int32_t i = 0; i < decomposed.length(); i = decomposed.moveIndex32(i, 1)) {
        const auto character = decomposed.char32At(i);
        if (is_accent(character)) continue;
        const auto category = U_GET_GC_MASK(character);
        if (!is_apostrophe(character) && (category & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK))) {
            const auto plain =
                character < 0x80 ? plain_letters.end() : plain_letters.find(character);
            if (plain == plain_letters.end()) {
                key.append(character);
            } else {
                key.append(plain->second);
            }
        } else if (category != U_GC_CF_MASK && !key.isEmpty() &&
                   key.charAt(key.length() - 1) != ' ') {
            key.append(static_cast<UChar>(' '));
        }
    }
    return key.trim();
}

std::string to_utf8(const icu::UnicodeString& text) {
    std::string utf8;
    text.toUTF8String(utf8);
    return utf8;
}

/// Positions of `needle` in `text`, not inside a character, whole words where asked.
std::size_t find_folded(const FoldedText& text, const std::u32string& needle, std::size_t from,
                        bool whole_words) {
    const auto& characters = text.characters();
    for (auto at = characters.find(needle, from); at != std::u32string::npos;
         at = characters.find(needle, at + 1)) {
        const auto end = at + needle.size();
        if (!text.is_edge(at) || !text.is_edge(end)) continue;
        if (whole_words && (text.inside_word(at) || text.inside_word(end))) continue;
        return at;
    }
    return std::u32string::npos;
}

}  // namespace

std::string name_key(std::string_view utf8) {
    UErrorCode status = U_ZERO_ERROR;
    const auto text = icu::UnicodeString::fromUTF8(
        icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
    // Folding would make a letter of the iota subscript, which is an accent here.
    auto plain = icu::Normalizer2::getNFDInstance(status)->normalize(text, status);
    plain.findAndReplace(icu::UnicodeString(UChar32{0x345}), icu::UnicodeString());
    const auto folded = icu::Normalizer2::getNFKCCasefoldInstance(status)->normalize(plain, status);
    const auto decomposed = icu::Normalizer2::getNFDInstance(status)->normalize(folded, status);
    auto key = without_accents_and_punctuation(decomposed);
    if (key.isEmpty())
        return to_utf8(icu::UnicodeString(text).toLower(icu::Locale::getRoot()).trim());
    return to_utf8(icu::Normalizer2::getNFCInstance(status)->normalize(key, status));
}

std::vector<Range> find_words(std::string_view haystack, std::string_view needle) {
    const FoldedText wanted(needle);
    std::vector<Range> found;
    if (wanted.characters().empty() || haystack.empty()) return found;
    const FoldedText text(haystack);
    const auto length = wanted.characters().size();
    for (auto at = find_folded(text, wanted.characters(), 0, true); at != std::u32string::npos;
         at = find_folded(text, wanted.characters(), at + length, true)) {
        found.push_back(text.origin(at, at + length));
    }
    return found;
}

std::string normalised(std::string_view utf8) {
    const auto text = icu::UnicodeString::fromUTF8(
        icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
    icu::UnicodeString plain;
    bool space_waits = false;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const auto character = text.char32At(i);
        if (u_isUWhiteSpace(character)) {
            space_waits = !plain.isEmpty();
            continue;
        }
        const auto replacement = plain_punctuation(static_cast<char32_t>(character));
        if (replacement == 0) continue;
        if (space_waits) plain.append(static_cast<UChar>(' '));
        space_waits = false;
        plain.append(static_cast<UChar32>(replacement));
    }
    return to_utf8(plain);
}

}  // namespace almagest::text
