#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/job_type.h"
#include "text/code_points.h"

namespace almagest::contract {

/// A name or a pronoun in a sentence.
struct Placed {
    text::Range range;  ///< code points of the sentence
    std::size_t name = 0;
    bool possessive = false;  ///< of pronouns
    bool person = false;      ///< of pronouns
};

/// What the names of one sentence do in it, as far as the words around them tell. Holds references;
/// thread-safe.
class NamedSentence {
  public:
    /// `here`: which of the names stand in it.
    NamedSentence(const AntecedentRule& rule, std::string_view sentence,
                  const std::vector<std::string>& names, const std::vector<std::size_t>& here);

    /// The first name that no preposition governs, that owns nothing ("Ada's") and describes no
    /// other name ("the Olympic cyclist Ada").
    [[nodiscard]] std::optional<Placed> subject() const;

    /// The first name behind "by".
    [[nodiscard]] std::optional<Placed> agent() const;

    /// How many names it has, each once.
    [[nodiscard]] std::size_t names() const;

    /// The first pronoun that may stand for a name of another sentence.
    [[nodiscard]] std::optional<Placed> pronoun() const;

    /// May something be said of `first` that has to do with `last`? What a preposition governs is
    /// talked of on the way ("worked in Turin for the Survey"), unless the other name follows
    /// closely ("in Turin, Italy"), a relative clause does, or it is the agent ("by Ada").
    [[nodiscard]] bool may_begin(std::size_t first, std::size_t last) const;

  private:
    [[nodiscard]] bool is_governed(const text::Range& name) const;
    [[nodiscard]] bool is_governed_by(const text::Range& name,
                                      const std::vector<std::string>& words) const;
    [[nodiscard]] bool is_owner(const text::Range& name) const;
    [[nodiscard]] bool describes_another(const text::Range& name) const;
    [[nodiscard]] bool has_relative_clause(const text::Range& name) const;
    [[nodiscard]] bool follows_closely(const text::Range& first, std::size_t last) const;
    [[nodiscard]] bool is_expletive() const;

    const AntecedentRule& rule_;
    std::string_view sentence_;
    text::CodePointIndex index_;
    std::vector<Placed> placed_;  // the longest of those that begin at one place, in order
};

}  // namespace almagest::contract
