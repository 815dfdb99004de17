#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/database.h"

namespace almagest::store {

/// Taking sources back out, over one connection. One thread. A source is a locator, a pattern of
/// locators with "*", or a page's id. JSON answers are those of docs/database.md.
class Forgetting {
  public:
    explicit Forgetting(Connection& connection) : connection_(&connection) {}

    /// What would go. Throws UsageError (AL005).
    [[nodiscard]] nlohmann::json extent(int tenant_id, const std::string& source);
    /// Ids of the source's pages below `before`, the newest first, at most `limit`.
    [[nodiscard]] std::vector<std::int64_t> pages(int tenant_id, const std::string& source,
                                                  std::int64_t before, int limit);
    /// One transaction, tried again when others were in the way. null: there is no such page.
    [[nodiscard]] nlohmann::json forget_page(int tenant_id, std::int64_t source_page_id,
                                             const std::string& reason, const std::string& actor);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
