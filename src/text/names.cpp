#include "text/names.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
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

/// Those of Unicode 15, so that a later ICU makes no other keys.
icu::UnicodeSet characters_of(const char16_t* pattern) {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeSet characters(icu::UnicodeString(pattern), status);
    characters.retainAll(icu::UnicodeSet(u"[:age=15.0:]", status));
    if (U_FAILURE(status)) throw PermanentError("ICU's data lacks Unicode 15: update libicu");
    characters.freeze();
    return characters;
}

/// What a key drops: accents, and what does not show. Vowel signs of Devanagari, Thai and their
/// like are letters of the name; voiced sound marks make another letter, not an accented one.
const icu::UnicodeSet& dropped() {
    static const auto characters = characters_of(
        u"[[[:Me:][:Cf:][:DI:][[:Mn:]&[[:sc=Zinh:][:sc=Zyyy:][:sc=Cyrl:]]]]-[\\u3099\\u309A]]");
    return characters;
}

/// What stands between words, with letters that stand for an apostrophe, as in Hawaiʻi.
const icu::UnicodeSet& separators() {
    static const auto characters =
        characters_of(u"[[[:P:][:S:][:Z:][:Cc:][:Co:][\\u02B9-\\u02BD]]-[+#]]");
    return characters;
}

icu::UnicodeString without_accents_and_punctuation(const icu::UnicodeString& folded) {
    static const Mapping plain_letters = plain_latin_letters();
    icu::UnicodeString key;
    for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
        const auto character = folded.char32At(i);
        if (dropped().contains(character)) continue;
        if (separators().contains(character)) {
            if (!key.isEmpty() && key.charAt(key.length() - 1) != ' ')
                key.append(static_cast<UChar>(' '));
            continue;
        }
        const auto plain = character < 0x80 ? plain_letters.end() : plain_letters.find(character);
        if (plain == plain_letters.end()) {
            key.append(character);
        } else {
            key.append(plain->second);
        }
    }
    return key;
}

/// Of "+" and "#" those right behind a word stay, and are its end: C, C++ and C# are three names.
icu::UnicodeString without_loose_signs(const icu::UnicodeString& text) {
    const auto is_sign = [&](std::int32_t at) { return text[at] == '+' || text[at] == '#'; };
    icu::UnicodeString key;
    for (std::int32_t i = 0; i < text.length(); ++i) {
        auto end = i;
        while (end < text.length() && is_sign(end)) ++end;
        const bool stays =
            end > i && i > 0 && text[i - 1] != ' ' && (end == text.length() || text[end] == ' ');
        if (end == i || stays) {
            end = std::max(end, i + 1);
            const bool is_second_space =
                text[i] == ' ' && (key.isEmpty() || key[key.length() - 1] == ' ');
            if (!is_second_space) key.append(text, i, end - i);
        } else if (!key.isEmpty() && key[key.length() - 1] != ' ') {
            key.append(static_cast<UChar>(' '));
        }
        i = end - 1;
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
    auto folded = icu::Normalizer2::getNFKDInstance(status)->normalize(text, status);
    folded.toLower(icu::Locale::getRoot());
    folded.findAndReplace(icu::UnicodeString(UChar32{U'ς'}), icu::UnicodeString(UChar32{U'σ'}));
    folded.findAndReplace(icu::UnicodeString(UChar32{U'♯'}), icu::UnicodeString(u"#"));
    const auto key = without_loose_signs(without_accents_and_punctuation(folded));
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

bool has_any_words(std::string_view haystack, const std::vector<std::string>& needles) {
    return std::any_of(needles.begin(), needles.end(), [&](const std::string& needle) {
        return !find_words(haystack, needle).empty();
    });
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
