#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "contract/antecedents.h"
#include "contract/job_type.h"

namespace almagest::contract {

struct Passage;

/// The names that a passage writes with capitals, and where. Plain data.
struct PassageNames {
    std::vector<std::string> names;  ///< each distinct spelling, in order of occurrence
    /// Of each sentence: indices of the names in it, in the order of `names`.
    std::vector<std::vector<std::size_t>> in_sentence;
    /// Of each sentence: indices of the names that it may be about: those in it and, where a
    /// pronoun or a name alone leaves the other end open, those named last before it; only the
    /// antecedent where there is one. Empty where the sentence is but a name, and so states
    /// nothing.
    std::vector<std::vector<std::size_t>> ends;
    /// Of each sentence: pairs of names that it does not relate in this order, as far as the words
    /// around them tell.
    std::vector<std::set<std::pair<std::size_t, std::size_t>>> unrelated{};
    std::vector<Antecedent> antecedents{};  ///< what pronouns stand for, in order
    /// That of a sentence, from 0; null: it has none.
    [[nodiscard]] const Antecedent* antecedent_in(std::size_t sentence) const;
};

/// Finds the names in a passage's sentences. nullopt: its script has no capitals, so that the model
/// must find them. Thread-safe.
[[nodiscard]] std::optional<PassageNames> find_names(const NameRule& rule, const Passage& passage);

}  // namespace almagest::contract
