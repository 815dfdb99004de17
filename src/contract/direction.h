#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/job_type.h"
#include "text/code_points.h"

namespace almagest::contract {

enum class Direction { unsaid, stated, reversed, misread };

/// Does a sentence say "subject predicate object", or "object predicate subject"? Told only where a
/// verb of the predicate (a word with one of the rule's endings) stands word for word between the
/// two names: "Ada chaired the Society" is active, "the Society was chaired by Ada" passive by a
/// word of the rule before the later name. `misread`: the sentence is passive and names nobody who
/// acts, but the predicate is active ("Ada was elected in Turin" as "Ada elected Turin"). Ranges
/// are code points of `sentence`; every pair of places is looked at, and pairs that disagree say
/// nothing.
[[nodiscard]] Direction stated_direction(std::string_view sentence,
                                         const std::vector<text::Range>& subject,
                                         const std::vector<text::Range>& object,
                                         std::string_view predicate, const DirectionRule& rule);

/// The sentence's own verb for what is between two things: the first word with one of the rule's
/// endings between them, or behind the one that is named, with the auxiliary before it and the mark
/// of the passive behind it: "was_founded_by". "": there is none. Ranges are code points of
/// `sentence`.
[[nodiscard]] std::string verb_between(std::string_view sentence,
                                       const std::vector<text::Range>& subject,
                                       const std::vector<text::Range>& object,
                                       const DirectionRule& rule);

/// Does a verb of the predicate stand in the sentence, word for word?
[[nodiscard]] bool has_verb_of(std::string_view sentence, std::string_view predicate,
                               const DirectionRule& rule);

/// Does a sentence give a predicate's verb to another thing: does one of `others` stand right
/// before it each time ("Quill led"), and not in a list with the subject or object ("Ada and Quill
/// led")? Ranges are code points of `sentence`.
[[nodiscard]] bool said_of_another(std::string_view sentence, const std::vector<text::Range>& ends,
                                   const std::vector<text::Range>& others,
                                   std::string_view predicate, const DirectionRule& rule);

}  // namespace almagest::contract
