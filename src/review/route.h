#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "review/gate.h"

namespace almagest::review {

/// A request that was let in.
struct Call {
    Visitor visitor;
    std::map<std::string, std::string> parts;       ///< of the path, by their names in the pattern
    std::map<std::string, std::string> parameters;  ///< of the query
    nlohmann::json body;                            ///< an object; of a post

    /// The number in a part; it has at most 18 digits.
    [[nodiscard]] std::int64_t id(const std::string& part) const;
    /// Throws UsageError for what is not a number of this range.
    [[nodiscard]] std::optional<std::int64_t> number(const std::string& parameter,
                                                     std::int64_t least, std::int64_t most) const;
};

struct Reply {
    int status = 200;
    nlohmann::json document;
};

/// Something that the JSON interface does. `pattern` is a path with parts in braces: {…_id} takes
/// digits, {run_id} a UUID, any other small letters and underscores.
struct Route {
    std::string method;
    std::string pattern;
    std::function<Reply(const Call&)> handler;
};

/// The named parts of a path that fits the pattern; nullopt for one that does not.
[[nodiscard]] std::optional<std::map<std::string, std::string>> match(std::string_view pattern,
                                                                      std::string_view path);

}  // namespace almagest::review
