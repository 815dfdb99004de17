#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "store/database.h"

namespace almagest::store {

/// What the review pages show beside decisions, over one connection. One thread. JSON
/// answers are those of docs/database.md.
class ReviewPages {
  public:
    explicit ReviewPages(Connection& connection) : connection_(&connection) {}

    /// Ends the statements of this connection that take longer.
    void limit_statements(int milliseconds);

    /// `after`: `next` of the part before. Throws UsageError (AL005).
    [[nodiscard]] nlohmann::json queue(int tenant_id, const nlohmann::json& filter,
                                       const std::optional<std::string>& after, int limit);
    /// Throws UsageError (AL004).
    [[nodiscard]] nlohmann::json page(int tenant_id, std::int64_t source_page_id);
    /// A part of its text, in code points. Throws UsageError (AL004, AL005).
    [[nodiscard]] nlohmann::json page_text(int tenant_id, std::int64_t source_page_id, int start,
                                           int length);
    /// Most alike first.
    [[nodiscard]] nlohmann::json duplicate_pairs(int tenant_id, int limit);
    [[nodiscard]] nlohmann::json proposals(int tenant_id, int limit);

    /// null when there is none.
    [[nodiscard]] nlohmann::json entity(int tenant_id, std::int64_t entity_id);
    [[nodiscard]] nlohmann::json neighbourhood(int tenant_id, std::int64_t entity_id, int limit);
    [[nodiscard]] nlohmann::json dashboard(int tenant_id, int days);
    /// Newest first, those older than `before`.
    [[nodiscard]] nlohmann::json merges(int tenant_id, std::optional<std::int64_t> before,
                                        int limit);
    /// null when there is none.
    [[nodiscard]] nlohmann::json run(int tenant_id, const std::string& run_id);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
