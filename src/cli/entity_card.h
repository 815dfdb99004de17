#pragma once

#include <nlohmann/json.hpp>

namespace almagest::cli {

/// Prints all that is known about one entity, a match of dbo.fn_show_entity, for a person to read:
/// what it is called, attributes, facts, relations, events, works, places and the rest, what
/// contradicts, who may be the same. `quotes`: at most so many pieces of evidence under each line.
void print_entity_card(const nlohmann::json& entity, std::size_t quotes);

}  // namespace almagest::cli
