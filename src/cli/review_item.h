#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/print.h"
#include "store/review.h"

namespace almagest::cli {

/// "entity:12", also "pair:3", "page:5" and "proposal:2" for what the database calls dedupe_pair,
/// page_classification and schema_proposal. Throws UsageError.
[[nodiscard]] store::ReviewItem item_of(const std::string& written);
/// What the database calls a type of items: "pair" is dedupe_pair, others are what they are.
[[nodiscard]] std::string item_type_of(const std::string& name);
/// As a person writes it, "entity:12".
[[nodiscard]] std::string written(const nlohmann::json& item);
[[nodiscard]] Colour colour_of_state(const std::string& state);

/// A list of what waits, and one item with its evidence, on the terminal.
void print_waiting(const nlohmann::json& waiting);
void print_item(const nlohmann::json& item);

}  // namespace almagest::cli
