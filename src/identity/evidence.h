#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace almagest::identity {

/// How often words, and words after words, stand in the names at hand. That two names share a
/// word tells much where few have it, and a slip rarely makes a word that many have. Immutable once
/// filled, then safe for concurrent reading.
class WordCounts {
  public:
    /// A folded name (text::name_key).
    void add(std::string_view name_key);
    /// How many names there are, taken for at least 20,000: a few names do not tell how many a word
    /// might have been.
    [[nodiscard]] double names() const;
    [[nodiscard]] double of(std::string_view word) const;
    [[nodiscard]] double of(std::string_view word, std::string_view next) const;

  private:
    std::size_t names_ = 0;
    std::unordered_map<std::string, std::size_t> counts_;
};

/// What is known of a name beside the name.
struct Name {
    std::string key;   ///< folded (text::name_key)
    std::string type;  ///< "" for unknown or other
};

enum class EvidenceKind {
    same_name,       ///< equal once folded
    other_order,     ///< the same words in another order
    spaces,          ///< the same letters, divided otherwise
    letters,         ///< words that differ in letters as by a slip
    initial,         ///< "j" for "john"
    abbreviation,    ///< "inc" for "incorporated", "and" left out
    sound,           ///< words that sound alike
    left_out_word,   ///< a word that only one of them has
    shared_word,     ///< words that both have; how much that tells depends on how many have them
    number,          ///< numbers, numerals or signs (C++) differ: never one
    type_clash,      ///< concrete types differ
    shared_relation  ///< related to the same things in the same way
};
[[nodiscard]] const char* name_of(EvidenceKind kind);

struct Evidence {
    EvidenceKind kind;
    double bits = 0;     ///< how much it speaks for (against, if negative) their being one
    std::string detail;  ///< the words concerned, as "jon ~ john"; may be empty
};

struct Judgement {
    double score = 0;  ///< the probability, from 0 to 1, that they are one
    std::vector<Evidence> evidence;
};

/// From this score on two names are taken for candidates.
inline constexpr double likely_one = 0.5;

/// Do two names mean one thing? Weighs the evidence as Fellegi and Sunter (1969) do: each piece by
/// how much likelier it is between names of one thing than between any two. `shared_relations`: how
/// many relations to the same other entity both have. Names that differ in a number, a Roman
/// numeral or a word that ends in a sign (C++) score 0. Symmetric.
[[nodiscard]] Judgement judge(const Name& first, const Name& second, const WordCounts& counts,
                              std::size_t shared_relations = 0);

/// The judgement with what relations say added: two names share `shared_relations` of them.
[[nodiscard]] Judgement with_relations(Judgement judgement, std::size_t shared_relations);

/// Do the names have the same numbers, Roman numerals and words that end in a sign (C++), in
/// whatever order, but for those side by side (the parts of a version)?
[[nodiscard]] bool numbers_agree(std::string_view first_key, std::string_view second_key);

/// The sound of a word of Latin letters (Soundex: a letter and three digits); "" for any other.
[[nodiscard]] std::string sound_of(std::string_view word);

}  // namespace almagest::identity
