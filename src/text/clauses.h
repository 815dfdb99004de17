#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "text/date_tokens.h"
#include "text/time_spans.h"

namespace almagest::text {

/// The clause that each token of a sentence belongs to, numbered from 0: parted at semicolons, at
/// relative and subordinating words, and where "and", "but" or a comma begins another predicate.
/// Commas inside `spans` part nothing.
[[nodiscard]] std::vector<int> clauses_of(const std::vector<DateToken>& tokens,
                                          const std::vector<TokenSpan>& spans);

/// The clauses that code points of a sentence stand in, in the order given; -1 beyond its words.
[[nodiscard]] std::vector<int> clauses_at(std::string_view sentence,
                                          const std::vector<std::size_t>& positions);

/// Is this the form of a verb that tells something of the past, or of being or having?
[[nodiscard]] bool is_finite_verb(const DateToken& token);

/// A word without its endings; irregular forms by their infinitive: "led", "leader" are "lead".
[[nodiscard]] std::string stem_of(std::string_view lower);

/// Stems of the words of a predicate ("is_leader_of": "lead"), without those that carry nothing.
[[nodiscard]] std::set<std::string> predicate_stems(std::string_view wording);

}  // namespace almagest::text
