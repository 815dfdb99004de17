#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/gold.h"

namespace almagest::evaluation {

/// What was found in a document.
struct FoundThing {
    std::vector<std::string> names;
    std::string date;  ///< YYYY-MM-DD, or ""
    bool grounded = true;
};
struct FoundRelation {
    std::vector<std::string> subject;  ///< names
    std::string predicate;
    std::vector<std::string> object;  ///< names
    std::string start;                ///< YYYY-MM-DD, or ""
    std::string end;
    bool grounded = true;
};
struct Found {
    std::vector<FoundThing> entities;
    std::vector<FoundThing> events;
    std::vector<FoundThing> works;
    std::vector<FoundRelation> relations;
    std::string page_type;
};

/// Right ones, extra ones, missed ones.
struct Tally {
    std::size_t right = 0;
    std::size_t extra = 0;
    std::size_t missed = 0;
    /// Empty where there is nothing to divide by.
    [[nodiscard]] std::optional<double> precision() const;
    [[nodiscard]] std::optional<double> recall() const;
    [[nodiscard]] std::optional<double> f1() const;
    Tally& operator+=(const Tally& other);
};

/// So many of so many.
struct Share {
    std::size_t part = 0;
    std::size_t whole = 0;
    [[nodiscard]] std::optional<double> value() const;
    Share& operator+=(const Share& other);
};

struct Scores {
    std::size_t documents = 0;
    Tally entities;
    Tally pairs;    ///< of relations: the two ends, either way
    Tally ordered;  ///< the right way round
    Tally events;
    Tally works;
    Share bounds;      ///< gold bounds of relations that were given right
    Share dates;       ///< gold dates of events and works that were given right
    Share page_types;  ///< right ones
    std::map<std::string, Tally> page_classes;  ///< by gold's or the found type, folded
    Share facts;             ///< gold facts that stored relations tell, by their words
    Share valid;             ///< of relations: two different named ends, no pronouns, a predicate
    Share valid_but_wrong;   ///< of valid ones that gold can judge: those that it does not have
    Share grounded;          ///< of all items
    Share direction_errors;  ///< of right pairs: those found the wrong way round only
    std::size_t traps = 0;   ///< names found that must not be
    std::vector<std::string> remarks;  ///< what is missed, extra or wrong, a line each
    Scores& operator+=(const Scores& other);
    /// Mean of the F1 of gold's page types; empty without any.
    [[nodiscard]] std::optional<double> page_type_macro_f1() const;
};

/// Predicates that read from tail to head: of gold's type, a regular expression that finds them.
using InversePredicates = std::map<std::string, std::string>;

/// Matching as docs/evaluation.md says.
[[nodiscard]] Scores score(const GoldDocument& gold, const Found& found,
                           const InversePredicates& inverse);

}  // namespace almagest::evaluation
