#include "text/capitalised_names.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>
#include <optional>

namespace almagest::text {
namespace {

constexpr std::size_t most_joining_words = 3;     // in a row: "of the"
constexpr std::int32_t longest_title = 60;        // UTF-16 units between quotation marks
constexpr std::int32_t longest_inner_number = 3;  // digits of a number that ends a name
constexpr std::int32_t longest_version = 8;       // UTF-16 units

struct Word {
    std::int32_t start = 0;
    std::int32_t end = 0;
    icu::UnicodeString text;  ///< without a possessive ending
    std::string small;        ///< in small letters
    bool possessive = false;
};

bool is_letter(UChar32 c) {
    return u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

bool is_apostrophe(UChar32 c) {
    return c == '\'' || c == 0x2019;
}

bool is_inner_mark(UChar32 c) {
    return is_apostrophe(c) || c == '.' || c == '-' || c == '/' || c == '&' || c == 0x2010 ||
           c == 0x2011;
}

bool has_upper(const icu::UnicodeString& text) {
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
        if (u_isupper(text.char32At(i)) || u_istitle(text.char32At(i))) return true;
    return false;
}

bool all_upper(const icu::UnicodeString& text) {
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
        if (u_islower(text.char32At(i))) return false;
    return text.countChar32() > 1;
}

bool is_number(const icu::UnicodeString& text) {
    for (std::int32_t i = 0; i < text.length(); ++i)
        if (!u_isdigit(text.charAt(i))) return false;
    return !text.isEmpty();
}

/// "2.1", "7.0.3"
bool is_version(const icu::UnicodeString& text) {
    bool dotted = false;
    for (std::int32_t i = 0; i < text.length(); ++i) {
        dotted |= text.charAt(i) == '.';
        if (!u_isdigit(text.charAt(i)) && text.charAt(i) != '.') return false;
    }
    return dotted && text.length() <= longest_version;
}

std::string to_utf8(const icu::UnicodeString& text) {
    std::string utf8;
    text.toUTF8String(utf8);
    return utf8;
}

icu::UnicodeString small(icu::UnicodeString text) {
    return text.toLower(icu::Locale::getRoot());
}

/// The end of the word that begins at `start`.
std::int32_t word_end(const icu::UnicodeString& text, std::int32_t start) {
    auto at = start;
    while (at < text.length()) {
        const auto c = text.char32At(at);
        const auto next = text.moveIndex32(at, 1);
        const bool inner = is_inner_mark(c) && next < text.length() && at > start &&
                           is_letter(text.char32At(next));
        if (!is_letter(c) && !inner) break;
        at = next;
    }
    // An initial keeps its full stop, "C++" and "C#" their marks.
    const bool initial = at < text.length() && text.charAt(at) == '.' &&
                         (at - start == 1 || (at - start > 2 && text.charAt(at - 2) == '.')) &&
                         u_isupper(text.char32At(at - 1));
    if (initial) return at + 1;
    if (text.tempSubString(at, 2) == icu::UnicodeString("++")) return at + 2;
    if (at < text.length() && text.charAt(at) == '#') return at + 1;
    return at;
}

std::vector<Word> words_of(const icu::UnicodeString& text) {
    std::vector<Word> words;
    for (std::int32_t at = 0; at < text.length();) {
        if (!u_isalnum(text.char32At(at))) {
            at = text.moveIndex32(at, 1);
            continue;
        }
        Word word;
        word.start = at;
        word.end = at = word_end(text, at);
        const auto length = word.end - word.start;
        if (length > 2 && is_apostrophe(text.charAt(word.end - 2)) &&
            text.charAt(word.end - 1) == 's') {
            word.possessive = true;
            word.end -= 2;
        }
        word.text = icu::UnicodeString(text, word.start, word.end - word.start);
        word.small = to_utf8(small(word.text));
        words.push_back(std::move(word));
    }
    return words;
}

/// How all the sentences write their words.
struct Usage {
    std::set<std::string> small;             ///< those written small somewhere
    std::map<std::string, int> capitalised;  ///< how often, of those with capitals
};

/// Finds the names of one sentence.
class Sentence {
  public:
    Sentence(icu::UnicodeString text, const NameWords& words, const Usage& usage)
        : text_(std::move(text)), lists_(words), usage_(usage), words_(words_of(text_)) {}

    void add_names(std::vector<std::pair<std::int32_t, icu::UnicodeString>>* names) const {
        for (std::size_t i = 0; i < words_.size();) {
            if (!begins_name(i)) {
                ++i;
                continue;
            }
            const auto last = last_word(i);
            if (!only_begins_sentence(i, last))
                names->emplace_back(words_[i].start, between(words_[i].start, words_[last].end));
            i = last + 1;
        }
        add_titles(names);
    }

  private:
    bool is_capitalised(std::size_t i) const {
        const auto& word = words_[i];
        if (!may_be_of_name(i)) return false;
        return !lists_.function_words.contains(word.small) || all_upper(word.text);
    }

    bool begins_name(std::size_t i) const {
        if (is_capitalised(i)) return true;
        // "the 2002 Winter Olympics", but not "In 1840 Ada"
        return i > 0 && is_number(words_[i].text) && i + 1 < words_.size() && is_space(i) &&
               lists_.articles.contains(words_[i - 1].small) && is_capitalised(i + 1);
    }

    /// Capitalised, and neither of a date nor of "Chapter 2", no measure and no adjective.
    bool may_be_of_name(std::size_t i) const {
        const auto& word = words_[i];
        if (!has_upper(word.text) || lists_.calendar_words.contains(word.small)) return false;
        if (is_measure(word.small) || is_adjective(word)) return false;
        const bool numbered = i + 1 < words_.size() && is_number(words_[i + 1].text);
        return !numbered || !lists_.numbered_words.contains(word.small);
    }

    /// "MHz", "20MHz"
    bool is_measure(const std::string& small) const {
        return lists_.units.contains(
            small.substr(std::min(small.find_first_not_of("0123456789."), small.size())));
    }

    /// "Turin-based", "non-Turin"
    bool is_adjective(const Word& word) const {
        const auto hyphen = word.small.rfind('-');
        if (hyphen == std::string::npos) return false;
        const auto& parts = lists_.adjective_parts;
        const bool ends_small = u_islower(word.text.char32At(word.text.lastIndexOf('-') + 1)) != 0;
        return (ends_small && parts.contains(word.small.substr(hyphen))) ||
               parts.contains(word.small.substr(0, word.small.find('-') + 1));
    }

    /// "Congress Congress11"
    bool numbers_the_word_before(std::size_t i) const {
        const auto& one = words_[i - 1].small;
        const auto& other = words_[i].small;
        return other.size() > one.size() && other.starts_with(one) &&
               other.find_first_not_of("0123456789", one.size()) == std::string::npos;
    }

    bool is_space(std::size_t after) const {
        return words_[after + 1].start - words_[after].end == 1 &&
               u_isUWhiteSpace(text_.charAt(words_[after].end));
    }

    bool is_ampersand(std::size_t after) const {
        return between(words_[after].end, words_[after + 1].start) == icu::UnicodeString(" & ");
    }

    bool may_follow(std::size_t i) const {
        const auto& word = words_[i];
        if (has_upper(word.text)) return may_be_of_name(i);
        if (is_version(word.text)) return true;
        if (!is_number(word.text) || word.text.length() > longest_inner_number) return false;
        // "Apollo 11" but not "Ada 40 years"
        const bool before_small =
            i + 1 < words_.size() && is_space(i) && !has_upper(words_[i + 1].text);
        return !before_small;
    }

    /// The last word of the name that begins with word `first`.
    std::size_t last_word(std::size_t first) const {
        auto last = first;
        while (last + 1 < words_.size() && !words_[last].possessive) {
            if (is_ampersand(last) && is_capitalised(last + 1)) {
                ++last;
                continue;
            }
            if (!is_space(last)) break;
            if (numbers_the_word_before(last + 1)) break;
            if (may_follow(last + 1)) {
                ++last;
                continue;
            }
            const auto over = behind_joining_words(last + 1);
            if (!over || !is_capitalised(*over)) break;
            last = *over;
        }
        return last;
    }

    std::optional<std::size_t> behind_joining_words(std::size_t from) const {
        auto at = from;
        while (at < words_.size() && at - from < most_joining_words &&
               lists_.joining_words.contains(words_[at].small) && !has_upper(words_[at].text)) {
            if (at + 1 >= words_.size() || !is_space(at)) return std::nullopt;
            ++at;
        }
        if (at == from || at >= words_.size()) return std::nullopt;
        return at;
    }

    /// Is it one capitalised word where any word is, and one that is also written small, or is
    /// nothing but a word of the language as far as this text tells?
    bool only_begins_sentence(std::size_t first, std::size_t last) const {
        const auto& word = words_[first];
        if (first != last || all_upper(word.text) || !begins_sentence(first)) return false;
        if (usage_.small.contains(word.small)) return true;
        const auto times = usage_.capitalised.find(word.small);
        return lists_.dictionary && times != usage_.capitalised.end() && times->second == 1 &&
               lists_.dictionary->has(word.small);
    }

    bool begins_sentence(std::size_t i) const {
        if (i == 0) return true;
        for (auto at = words_[i].start - 1; at >= 0; --at) {
            const auto c = text_.charAt(at);
            if (u_isUWhiteSpace(c)) continue;
            return c == '.' || c == ':' || c == '!' || c == '?' || c == '"' || c == 0x201C;
        }
        return true;
    }

    /// What stands between quotation marks, if most of its words are capitalised.
    void add_titles(std::vector<std::pair<std::int32_t, icu::UnicodeString>>* names) const {
        for (std::int32_t at = 0; at < text_.length(); ++at) {
            const auto opening = text_.charAt(at);
            if (opening != '"' && opening != 0x201C) continue;
            const auto closing = text_.indexOf(opening == '"' ? u'"' : u'\u201D', at + 1);
            if (closing < 0) return;
            const auto inside = between(at + 1, closing).trim();
            if (inside.length() > 1 && inside.length() <= longest_title && is_title(inside))
                names->emplace_back(at + 1, without_end_mark(inside));
            at = closing;
        }
    }

    static icu::UnicodeString without_end_mark(icu::UnicodeString title) {
        while (!title.isEmpty() && (title.endsWith(u",", 1) || title.endsWith(u".", 1)))
            title.truncate(title.length() - 1);
        return title;
    }

    static bool is_title(const icu::UnicodeString& text) {
        const auto words = words_of(text);
        const auto capitalised = std::count_if(words.begin(), words.end(), [](const Word& word) {
            return u_isupper(word.text.char32At(0));
        });
        return !words.empty() && capitalised * 2 >= static_cast<std::ptrdiff_t>(words.size());
    }

    icu::UnicodeString between(std::int32_t start, std::int32_t end) const {
        return {text_, start, end - start};
    }

    icu::UnicodeString text_;
    const NameWords& lists_;
    const Usage& usage_;
    std::vector<Word> words_;
};

icu::UnicodeString from_utf8(std::string_view utf8) {
    return icu::UnicodeString::fromUTF8(
        icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
}

}  // namespace

bool writes_capitals(std::string_view utf8) {
    const auto text = from_utf8(utf8);
    std::int32_t letters = 0;
    std::int32_t cased = 0;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const auto c = text.char32At(i);
        if (!u_isalpha(c)) continue;
        ++letters;
        if (u_hasBinaryProperty(c, UCHAR_CASED) != 0) ++cased;
    }
    return cased * 2 > letters;
}

std::vector<std::string> capitalised_names(std::string_view utf8,
                                           const std::vector<Range>& sentences,
                                           const NameWords& words) {
    const CodePointIndex index(utf8);
    Usage usage;
    std::vector<icu::UnicodeString> texts;
    for (const auto& sentence : sentences) {
        texts.push_back(from_utf8(index.slice(sentence)));
        for (const auto& word : words_of(texts.back())) {
            if (has_upper(word.text)) {
                ++usage.capitalised[word.small];
            } else {
                usage.small.insert(word.small);
            }
        }
    }
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const auto& text : texts) {
        std::vector<std::pair<std::int32_t, icu::UnicodeString>> found;
        Sentence(text, words, usage).add_names(&found);
        std::stable_sort(found.begin(), found.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const auto& [place, name] : found) {
            auto spelled = to_utf8(name);
            if (name.countChar32() > 1 && seen.insert(spelled).second)
                names.push_back(std::move(spelled));
        }
    }
    return names;
}

}  // namespace almagest::text
