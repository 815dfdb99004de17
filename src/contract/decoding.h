#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace almagest::contract {

/// What keeps a schema from being used for constrained decoding, one sentence each: keywords that
/// decoders pass over, so that an answer would be asked for under one schema and checked by
/// another; a root that is no object; lists without `maxItems`, which small models fill without
/// end; members that need not be there or may be any, which strict endpoints refuse.
[[nodiscard]] std::vector<std::string> decoding_faults(const nlohmann::json& schema);

}  // namespace almagest::contract
