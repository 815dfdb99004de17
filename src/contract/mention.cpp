#include "contract/mention.h"

#include <algorithm>
#include <array>
#include <set>

#include "text/names.h"

namespace almagest::contract {
namespace {

using namespace std::string_view_literals;

bool strip(std::string_view* name, std::string_view front, std::string_view back) {
    if (name->size() < front.size() + back.size()) return false;
    if (!name->starts_with(front) || !name->ends_with(back)) return false;
    name->remove_prefix(front.size());
    name->remove_suffix(back.size());
    return true;
}

/// "Debian." at the end of a sentence, but not "Acme Inc." or "U.S."
bool ends_with_full_stop(std::string_view name) {
    if (!name.ends_with('.') || name.find('.') != name.size() - 1) return false;
    const auto space = name.rfind(' ');
    const auto word = name.size() - 1 - (space == std::string_view::npos ? 0 : space + 1);
    return word > 4;
}

std::string lower(std::string_view text) {
    std::string folded(text);
    for (auto& c : folded) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return folded;
}

std::string_view without_article(std::string_view name) {
    const auto folded = lower(name);
    for (const auto article : {"the "sv, "an "sv, "a "sv}) {
        if (folded.starts_with(article)) return name.substr(article.size());
    }
    return {};
}

/// Is `rest` the start of a space or mark between words that is no ASCII character? Its bytes.
std::size_t wide_separator(std::string_view rest) {
    if (rest.starts_with("\u00A0"sv) || rest.starts_with("«"sv) || rest.starts_with("»"sv))
        return 2;
    if (rest.size() < 3) return 0;
    const auto second = static_cast<unsigned char>(rest[1]);
    if (rest[0] == '\xE2' && second == 0x80) return 3;  // general punctuation
    if (rest.starts_with("\u3000"sv) || rest.starts_with("。"sv) || rest.starts_with("、"sv))
        return 3;
    return 0;
}

std::vector<std::string> folded_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    const auto finish = [&] {
        if (!word.empty()) words.push_back(text::name_key(word));
        word.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const bool ascii = static_cast<unsigned char>(c) < 0x80;
        const bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (ascii ? letter : wide_separator(text.substr(at)) == 0) {
            word.push_back(c);
            ++at;
            continue;
        }
        finish();
        at += ascii ? 1 : wide_separator(text.substr(at));
    }
    finish();
    return words;
}

bool is_stop_word(const std::string& word) {
    static const std::set<std::string, std::less<>> stop_words{
        "a",    "an",    "and",  "are",   "as",    "at",    "be",   "been",  "being",
        "by",   "did",   "do",   "does",  "for",   "from",  "had",  "has",   "have",
        "in",   "into",  "is",   "it",    "its",   "of",    "on",   "onto",  "or",
        "over", "since", "than", "that",  "the",   "their", "to",   "under", "until",
        "upon", "was",   "were", "which", "while", "who",   "with", "during"};
    return stop_words.contains(word);
}

/// Is it written in a script that puts no spaces between words?
bool is_unspaced(std::string_view word) {
    return std::any_of(word.begin(), word.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0xE3; });
}

std::size_t code_points(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
}

bool agree(std::string_view a, std::string_view b) {
    if (a == b) return true;
    const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    auto common = a.substr(0, static_cast<std::size_t>(left - a.begin()));
    while (common.size() < a.size() && (a[common.size()] & '\xC0') == '\x80')
        common.remove_suffix(1);
    return code_points(common) >= 4;
}

/// The content words of a statement, folded.
std::vector<std::string> content_words(std::string_view statement) {
    auto words = folded_words(statement);
    std::erase_if(words, is_stop_word);
    return words;
}

/// Tells of words whether a text carries them.
class Carrier {
  public:
    explicit Carrier(std::string_view text)
        : words_(folded_words(text)), whole_(text::name_key(text)) {}

    bool carries(const std::string& word) const {
        if (is_unspaced(word)) return whole_.find(word) != std::string::npos;
        return std::any_of(words_.begin(), words_.end(),
                           [&](const std::string& said) { return agree(word, said); });
    }

  private:
    std::vector<std::string> words_;
    std::string whole_;
};

}  // namespace

std::string trimmed_name(std::string_view name) {
    static constexpr std::array pairs{
        std::pair{"\""sv, "\""sv}, std::pair{"'"sv, "'"sv}, std::pair{"“"sv, "”"sv},
        std::pair{"„"sv, "“"sv},   std::pair{"‘"sv, "’"sv}, std::pair{"«"sv, "»"sv},
        std::pair{"`"sv, "`"sv},   std::pair{"("sv, ")"sv}, std::pair{"["sv, "]"sv},
        std::pair{"*"sv, "*"sv},   std::pair{"_"sv, "_"sv}};
    static constexpr std::array leading{" "sv, "\t"sv, "\n"sv, "\r"sv, ","sv,  ";"sv,
                                        ":"sv, "\""sv, "“"sv,  "„"sv,  "- "sv, "\u00A0"sv};
    static constexpr std::array trailing{" "sv, "\t"sv, "\n"sv, "\r"sv, ","sv,     ";"sv,
                                         ":"sv, "\""sv, "”"sv,  "“"sv,  "\u00A0"sv};
    for (bool again = true; again;) {
        again = ends_with_full_stop(name) && strip(&name, ""sv, "."sv);
        for (const auto& [front, back] : pairs) again = strip(&name, front, back) || again;
        for (const auto mark : leading) again = strip(&name, mark, ""sv) || again;
        for (const auto mark : trailing) again = strip(&name, ""sv, mark) || again;
    }
    return std::string(name);
}

bool is_pronoun(std::string_view name) {
    static const std::set<std::string, std::less<>> pronouns{
        "he",     "she",      "it",         "they",       "we",      "i",       "you",
        "him",    "her",      "them",       "us",         "me",      "his",     "hers",
        "its",    "their",    "theirs",     "our",        "ours",    "my",      "mine",
        "your",   "yours",    "this",       "that",       "these",   "those",   "who",
        "whom",   "whose",    "which",      "what",       "himself", "herself", "itself",
        "myself", "one",      "ones",       "themselves", "someone", "anyone",  "everyone",
        "nobody", "somebody", "others",     "both",       "all",     "none",    "there",
        "here",   "each",     "the former", "the latter"};
    const bool capitals = name.size() > 1 && std::none_of(name.begin(), name.end(), [](char c) {
                              return (c >= 'a' && c <= 'z') || c == ' ';
                          });
    return !capitals && pronouns.contains(lower(name));
}

Mention find_mention(std::string_view text, std::string_view name) {
    Mention mention{std::string(name), text::find_words(text, name)};
    if (!mention.places.empty()) return mention;
    const auto bare = without_article(name);
    if (bare.empty()) return mention;
    if (auto places = text::find_words(text, bare); !places.empty()) {
        return {std::string(bare), std::move(places)};
    }
    return mention;
}

bool carries_wording(std::string_view text, std::string_view predicate) {
    const auto wanted = content_words(predicate);
    if (wanted.empty()) return true;
    const Carrier carrier(text);
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const std::string& word) { return carrier.carries(word); });
}

bool carries_every_word(std::string_view text, std::string_view statement) {
    const auto wanted = content_words(statement);
    const Carrier carrier(text);
    return !wanted.empty() &&
           std::all_of(wanted.begin(), wanted.end(),
                       [&](const std::string& word) { return carrier.carries(word); });
}

}  // namespace almagest::contract
