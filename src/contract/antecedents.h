#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "text/code_points.h"

namespace almagest::contract {

struct Passage;
class NamedSentence;

/// A pronoun, and the name that it stands for. Plain data.
struct Antecedent {
    std::size_t sentence = 0;
    text::Range pronoun;  ///< code points of the passage
    std::size_t name = 0;
    bool possessive = false;  ///< "his": the name's own possessive stands for it
};

/// What the pronouns of a passage's sentences stand for: one that comes before any other name of
/// its sentence which could be its subject takes up the subject of the sentences before it. At most
/// one a sentence, in order; `sentences` are those of the passage.
/// After centering (Grosz, Joshi and Weinstein 1995): what was talked of goes on to be talked of,
/// and subjects rank first. Thread-safe.
[[nodiscard]] std::vector<Antecedent> find_antecedents(const std::vector<NamedSentence>& sentences,
                                                       const Passage& passage,
                                                       const std::vector<std::string>& names);

}  // namespace almagest::contract
