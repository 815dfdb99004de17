#pragma once

#include <string>

#include "cli/session.h"

namespace almagest::cli {

/// What the chunks of a page say together; `name` is an id, a locator, or its last part. Throws
/// Error when there is no such page, UsageError when there are several.
[[nodiscard]] int show_page(Session& session, const std::string& name);

}  // namespace almagest::cli
