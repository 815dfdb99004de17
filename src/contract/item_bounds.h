#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/code_points.h"
#include "text/dates.h"
#include "text/eras.h"

namespace almagest::contract {

/// Sets an item's "start_date", "end_date", "start_text", "end_text", "start_precision" and
/// "end_precision" from its evidence alone: by text::bounds_for, else from dates that the model
/// gave ("start", "end", "start_date", …) where the evidence states them. `from` and `to` are where
/// the two mentions stand in `evidence`, empty if they do not. Whatever the model gave otherwise is
/// taken out; gives the names of members that were taken out unproved. `before`: the last date
/// stated before the evidence, for one in it that lacks its year.
std::vector<std::string> set_bounds(nlohmann::json* item, std::string_view evidence,
                                    text::Range from, text::Range to, std::string_view wording,
                                    const text::Calendar& calendar = {},
                                    const std::optional<text::DateMention>& before = {});

/// Takes out every bound that the model gave, for items whose bounds are not read.
std::vector<std::string> drop_bounds(nlohmann::json* item);

}  // namespace almagest::contract
