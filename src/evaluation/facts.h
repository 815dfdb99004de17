#pragma once

#include <string>

#include "evaluation/score.h"

namespace almagest::evaluation {

/// Do the relations, events and works found tell a fact, by words alone? Those count of which an
/// end, or the name, stands in the fact; together they must hold three in five of the words of the
/// fact that say something, endings apart. A stand-in for a reader's judgement, kept strict: what
/// the rows say in other words does not count.
[[nodiscard]] bool tells_fact(const Found& found, const std::string& fact);

}  // namespace almagest::evaluation
