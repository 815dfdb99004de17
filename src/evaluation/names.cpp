#include "evaluation/names.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <regex>

namespace almagest::evaluation {
namespace {

constexpr std::size_t shortest_loose_name = 3;

bool stays(UChar32 c) {
    return u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK ||
           u_charType(c) == U_COMBINING_SPACING_MARK || c == '.' || c == '+' || c == '#' ||
           c == '-';
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" .-");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" .-") - first + 1);
}

std::size_t words(const std::string& text) {
    return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
}

bool holds(const std::string& whole, const std::string& part) {
    return (" " + whole + " ").find(" " + part + " ") != std::string::npos;
}

bool are_close(const std::string& first, const std::string& second) {
    const auto [less, more] = std::minmax(words(first), words(second));
    return 2 * less >= more && (holds(first, second) || holds(second, first));
}

}  // namespace

std::string folded_name(std::string_view utf8) {
    UErrorCode status = U_ZERO_ERROR;
    auto text = icu::UnicodeString::fromUTF8(
        icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
    if (const auto* nfkc = icu::Normalizer2::getNFKCInstance(status); U_SUCCESS(status)) {
        auto normalised = nfkc->normalize(text, status);
        if (U_SUCCESS(status)) text = normalised;
    }
    text.foldCase();
    icu::UnicodeString kept;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        const bool possessive = (c == '\'' || c == 0x2019) && text.charAt(i + 1) == 's' &&
                                (i + 2 >= text.length() || !u_isalnum(text.char32At(i + 2)));
        if (possessive)
            ++i;
        else if (stays(c))
            kept.append(c);
        else if (!kept.isEmpty() && kept[kept.length() - 1] != ' ')
            kept.append(static_cast<char16_t>(' '));
    }
    std::string folded;
    folded = trimmed(kept.toUTF8String(folded));
    for (const std::string_view article : {"the ", "a ", "an "})
        if (folded.starts_with(article)) return folded.substr(article.size());
    return folded;
}

bool is_pronoun(const std::string& folded) {
    static const std::set<std::string> pronouns{
        "he",  "she",   "it",   "they",   "him", "her",   "them",  "his", "hers",
        "its", "their", "this", "that",   "i",   "me",    "my",    "we",  "us",
        "our", "you",   "your", "myself", "who", "which", "there", "here"};
    return pronouns.contains(folded);
}

bool is_literal(const std::string& folded) {
    static const std::regex number("[\\d\\s.,:/%-]+");
    static const std::regex date(
        "((early|late|mid) )?(\\d{1,2}(st|nd|rd|th)? "
        ")?(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|"
        "sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)( \\d{1,2}(st|nd|rd|th)?)?( \\d{4})?");
    constexpr std::size_t longest = 60;  // a regular expression is not for text from anywhere
    return folded.size() <= longest &&
           (std::regex_match(folded, number) || std::regex_match(folded, date));
}

void NameIndex::add(const std::string& name, const std::string& id) {
    if (const auto folded = folded_name(name); !folded.empty()) ids_[folded].insert(id);
}

std::set<std::string> NameIndex::find(std::string_view name) const {
    const auto folded = folded_name(name);
    if (const auto same = ids_.find(folded); same != ids_.end()) return same->second;
    if (folded.size() < shortest_loose_name) return {};
    std::set<std::string> found;
    for (const auto& [known, ids] : ids_) {
        if (known.size() < shortest_loose_name || !are_close(known, folded)) continue;
        if (!found.empty() && found != ids) return {};
        found = ids;
    }
    return found;
}

}  // namespace almagest::evaluation
