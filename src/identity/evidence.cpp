#include "identity/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <tuple>

#include "identity/edit_distance.h"
#include "identity/utf8.h"

namespace almagest::identity {
namespace {

using Words = std::vector<std::string_view>;

// Bits of evidence. Set on names with slips (bench/names); none is critical.
constexpr double prior = 7;  ///< beside the number of names: what is stored twice is sought here
constexpr double order_bits = -3;
constexpr double space_bits = -4;
constexpr double initial_bits = -0.5;
constexpr double left_out_bits = -6;
constexpr double left_out_initial_bits = -3;
constexpr double clash_bits = -8;
constexpr double relation_bits = 4;
constexpr double sound_bits = 1;
constexpr std::size_t relations_that_count = 3;
constexpr double least_names = 20000;
constexpr double edits_of_a_letter = 53;  ///< 26 letters put in, 26 others in its place, or gone

Words words_of(std::string_view key) {
    Words words;
    while (!key.empty()) {
        const auto end = std::min(key.find(' '), key.size());
        if (end > 0) words.push_back(key.substr(0, end));
        key.remove_prefix(std::min(end + 1, key.size()));
    }
    return words;
}

/// Numbers and numerals, and words that a sign tells apart: C, C++ and C# are three.
bool is_number(std::string_view word) {
    if (word.back() == '+' || word.back() == '#') return true;
    if (std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return true;
    constexpr std::array<std::string_view, 28> numerals = {
        "ii",   "iii",   "iv",   "v",   "vi",  "vii",  "viii",  "ix",  "x",  "xi",
        "xii",  "xiii",  "xiv",  "xv",  "xvi", "xvii", "xviii", "xix", "xx", "xxi",
        "xxii", "xxiii", "xxiv", "xxv", "one", "two",  "three", "four"};
    return std::find(numerals.begin(), numerals.end(), word) != numerals.end();
}

/// "v" and "x" may be initials: they are numerals only at a name's end. Numbers side by side are
/// one: 4.1.4 is not 4.4.1.
std::vector<std::string> numbers_of(std::string_view key) {
    const auto words = words_of(key);
    std::vector<std::string> numbers;
    bool is_beside = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool counts = is_number(words[i]) && (words[i].size() > 1 || words[i][0] < 'a' ||
                                                    (i > 0 && i + 1 == words.size()));
        if (counts && is_beside) {
            numbers.back().append(" ").append(words[i]);
        } else if (counts) {
            numbers.emplace_back(words[i]);
        }
        is_beside = counts;
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

bool is_abbreviation(std::string_view a, std::string_view b) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 12> known = {
        {{"inc", "incorporated"},
         {"corp", "corporation"},
         {"co", "company"},
         {"ltd", "limited"},
         {"st", "saint"},
         {"dr", "doctor"},
         {"univ", "university"},
         {"dept", "department"},
         {"mt", "mount"},
         {"capt", "captain"},
         {"gen", "general"},
         {"intl", "international"}}};
    return std::any_of(known.begin(), known.end(), [&](const auto& pair) {
        return (pair.first == a && pair.second == b) || (pair.first == b && pair.second == a);
    });
}

bool is_initial(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    return a.size() == 1 && b.size() > 1 && a[0] == b[0];
}

std::string detail_of(std::string_view a, std::string_view b) {
    return fmt::format("{} ~ {}", std::min(a, b), std::max(a, b));
}

bool is_swap(const std::u32string& a, const std::u32string& b) {
    if (a.size() != b.size()) return false;
    std::size_t i = 0;
    while (i < a.size() && a[i] == b[i]) ++i;
    return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] &&
           std::equal(a.begin() + static_cast<std::ptrdiff_t>(i) + 2, a.end(),
                      b.begin() + static_cast<std::ptrdiff_t>(i) + 2);
}

/// How likely a slip makes the one word of the other, as bits; nullopt: too far apart.
std::optional<double> slip_bits(std::string_view first, std::string_view second) {
    const auto a = code_points_of(first);
    const auto b = code_points_of(second);
    const auto length = std::max(a.size(), b.size());
    const auto limit = std::min<std::size_t>(5, std::max<std::size_t>(1, length / 2));
    EditPattern pattern;
    pattern.assign(a);
    const auto edits = pattern.distance(b, limit);
    if (edits > limit) return std::nullopt;
    const auto places = static_cast<double>(length);
    if (is_swap(a, b)) return std::log2(0.1 / places);
    constexpr std::array<double, 6> share = {1, 0.4, 0.2, 0.05, 0.02, 0.005};
    return std::log2(share[edits]) -
           static_cast<double>(edits) * std::log2(edits_of_a_letter * places);
}

/// The weighing of one pair.
class Weighing {
  public:
    Weighing(const Name& first, const Name& second, const WordCounts& counts)
        : counts_(&counts), first_(words_of(first.key)), second_(words_of(second.key)) {}

    Judgement judge(const Name& first, const Name& second) {
        bits_ = prior - std::log2(counts_->names());
        share_words();
        if (first.key == second.key)
            note(EvidenceKind::same_name, 0, "");
        else if (left_first_.empty() && left_second_.empty())
            note(EvidenceKind::other_order, order_bits, "");
        else if (!divide_otherwise())
            pair_words();
        if (!first.type.empty() && !second.type.empty() && first.type != second.type)
            note(EvidenceKind::type_clash, clash_bits, detail_of(first.type, second.type));
        return {1 / (1 + std::exp2(-bits_)), std::move(evidence_)};
    }

  private:
    void note(EvidenceKind kind, double bits, std::string detail) {
        bits_ += bits;
        evidence_.push_back({kind, bits, std::move(detail)});
    }

    /// Words that both have, in the order of the first; what follows a shared word in both is
    /// weighed by how often it does, since "medical center" tells no more than "medical".
    void share_words() {
        std::vector<bool> is_taken(second_.size(), false);
        std::vector<std::optional<std::size_t>> place(first_.size());
        for (std::size_t i = 0; i < first_.size(); ++i) {
            const auto preferred = i > 0 && place[i - 1] ? *place[i - 1] + 1 : i;
            for (std::size_t step = 0; step < second_.size(); ++step) {
                const auto j = (preferred + step) % second_.size();
                if (is_taken[j] || second_[j] != first_[i]) continue;
                is_taken[j] = true;
                place[i] = j;
                break;
            }
            if (!place[i]) left_first_.push_back(i);
        }
        for (std::size_t j = 0; j < second_.size(); ++j)
            if (!is_taken[j]) left_second_.push_back(j);
        double bits = 0;
        std::string shared;
        for (std::size_t i = 0; i < first_.size(); ++i) {
            if (!place[i]) continue;
            shared += (shared.empty() ? "" : " ") + std::string(first_[i]);
            const bool follows = i > 0 && place[i - 1] && *place[i - 1] + 1 == *place[i];
            bits +=
                follows
                    ? std::log2(counts_->of(first_[i - 1]) / counts_->of(first_[i - 1], first_[i]))
                    : std::log2(counts_->names() / counts_->of(first_[i]));
        }
        if (!shared.empty()) note(EvidenceKind::shared_word, bits, shared);
    }

    static std::string joined(const Words& words, const std::vector<std::size_t>& places) {
        std::string text;
        for (const auto place : places) text += words[place];
        return text;
    }

    double rarity(std::string_view a, std::string_view b) const {
        return std::log2(counts_->names() / std::min(counts_->of(a), counts_->of(b)));
    }

    bool divide_otherwise() {
        if (left_first_.size() == left_second_.size() || left_first_.empty() ||
            left_second_.empty())
            return false;
        const auto a = joined(first_, left_first_);
        const auto b = joined(second_, left_second_);
        const auto slip = a == b ? std::optional<double>(0) : slip_bits(a, b);
        if (!slip || *slip < slip_bits("aaaaaaaaaa", "bbaaaaaaaa").value_or(0)) return false;
        note(EvidenceKind::spaces, *slip + space_bits + std::log2(counts_->names()),
             detail_of(a, b));
        return true;
    }

    struct Match {
        double bits = 0;
        EvidenceKind kind = EvidenceKind::letters;
        std::size_t first = 0, second = 0;
    };

    std::optional<Match> match_of(std::size_t i, std::size_t j) const {
        const auto a = first_[i];
        const auto b = second_[j];
        if (is_abbreviation(a, b)) return Match{0, EvidenceKind::abbreviation, i, j};
        if (is_initial(a, b)) return Match{initial_bits, EvidenceKind::initial, i, j};
        const auto slip = slip_bits(a, b);
        if (!slip) return std::nullopt;
        const auto sounds_alike = !sound_of(a).empty() && sound_of(a) == sound_of(b);
        return Match{*slip + rarity(a, b) + (sounds_alike ? sound_bits : 0),
                     sounds_alike ? EvidenceKind::sound : EvidenceKind::letters, i, j};
    }

    void pair_words() {
        std::vector<Match> matches;
        constexpr std::size_t words_that_count = 8;
        if (left_first_.size() <= words_that_count && left_second_.size() <= words_that_count)
            for (const auto i : left_first_)
                for (const auto j : left_second_)
                    if (const auto match = match_of(i, j)) matches.push_back(*match);
        std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
            return std::tie(b.bits, a.first, a.second) < std::tie(a.bits, b.first, b.second);
        });
        for (const auto& match : matches) {
            const auto i = std::find(left_first_.begin(), left_first_.end(), match.first);
            const auto j = std::find(left_second_.begin(), left_second_.end(), match.second);
            if (i == left_first_.end() || j == left_second_.end()) continue;
            note(match.kind, match.bits, detail_of(first_[match.first], second_[match.second]));
            left_first_.erase(i);
            left_second_.erase(j);
        }
        for (const auto i : left_first_) leave_out(first_[i]);
        for (const auto j : left_second_) leave_out(second_[j]);
    }

    void leave_out(std::string_view word) {
        if (word == "and")
            note(EvidenceKind::abbreviation, 0, "and");
        else
            note(EvidenceKind::left_out_word,
                 word.size() == 1 ? left_out_initial_bits : left_out_bits, std::string(word));
    }

    const WordCounts* counts_;
    Words first_, second_;
    std::vector<std::size_t> left_first_, left_second_;
    std::vector<Evidence> evidence_;
    double bits_ = 0;
};

}  // namespace

void WordCounts::add(std::string_view name_key) {
    const auto words = words_of(name_key);
    ++names_;
    for (std::size_t i = 0; i < words.size(); ++i) {
        ++counts_[std::string(words[i])];
        if (i > 0) ++counts_[fmt::format("{} {}", words[i - 1], words[i])];
    }
}

double WordCounts::names() const {
    return std::max(least_names, static_cast<double>(names_));
}

double WordCounts::of(std::string_view word) const {
    const auto found = counts_.find(std::string(word));
    return found == counts_.end() ? 1 : static_cast<double>(found->second);
}

double WordCounts::of(std::string_view word, std::string_view next) const {
    return of(fmt::format("{} {}", word, next));
}

const char* name_of(EvidenceKind kind) {
    constexpr std::array names = {"same name",    "other order",  "spaces",     "letters",
                                  "initial",      "abbreviation", "sound",      "left-out word",
                                  "shared words", "number",       "type clash", "shared relations"};
    return names.at(static_cast<std::size_t>(kind));
}

Judgement judge(const Name& first, const Name& second, const WordCounts& counts,
                std::size_t shared_relations) {
    if (!numbers_agree(first.key, second.key)) return {0, {{EvidenceKind::number, -1e3, ""}}};
    // One order, so that what is greedy gives the same both ways round.
    if (second.key < first.key) return judge(second, first, counts, shared_relations);
    return with_relations(Weighing(first, second, counts).judge(first, second), shared_relations);
}

Judgement with_relations(Judgement judgement, std::size_t shared_relations) {
    if (shared_relations == 0 || judgement.score <= 0) return judgement;
    const auto bits =
        relation_bits * static_cast<double>(std::min(shared_relations, relations_that_count));
    judgement.evidence.push_back(
        {EvidenceKind::shared_relation, bits, std::to_string(shared_relations)});
    judgement.score = 1 / (1 + (1 / judgement.score - 1) * std::exp2(-bits));
    return judgement;
}

bool numbers_agree(std::string_view first_key, std::string_view second_key) {
    return numbers_of(first_key) == numbers_of(second_key);
}

std::string sound_of(std::string_view word) {
    constexpr std::string_view codes = "01230120022455012623010202";
    std::string sound;
    char last = '0';
    for (const char letter : word) {
        if (letter < 'a' || letter > 'z') return "";
        const char code = codes[static_cast<std::size_t>(letter - 'a')];
        if (sound.empty())
            sound += letter;
        else if (code != '0' && code != last && sound.size() < 4)
            sound += code;
        if (letter != 'h' && letter != 'w') last = code;
    }
    if (!sound.empty()) sound.resize(4, '0');
    return sound;
}

}  // namespace almagest::identity
