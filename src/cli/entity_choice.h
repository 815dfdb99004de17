#pragma once

#include <string>

#include "store/identity.h"

namespace almagest::cli {

/// "12 Ada Byron (person)".
[[nodiscard]] std::string described(const store::FoundEntity& entity);

/// The one entity that a name, another name or an id means. Names come before aliases and ids, and
/// what is merged counts only where nothing else bears the name. Throws UsageError where there is
/// none, or several.
[[nodiscard]] store::FoundEntity one_entity(store::Identity& identity, int tenant_id,
                                            const std::string& name_or_id);

}  // namespace almagest::cli
