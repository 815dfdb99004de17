#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "store/database.h"

namespace almagest::store {

/// Proposals of tables for what fits no family, and what a person decides on them. Over one
/// connection; one thread. JSON answers are those of docs/database.md.
class SchemaProposals {
  public:
    explicit SchemaProposals(Connection& connection) : connection_(&connection) {}

    /// Rows of dbo.vw_schema_proposal, the best supported first; `status` "" for all.
    [[nodiscard]] nlohmann::json list(int tenant_id, const std::string& status);
    /// null: there is no such proposal. `examples`: at most so many.
    [[nodiscard]] nlohmann::json show(int tenant_id, std::int64_t proposal_id, int examples);
    /// Makes the table and moves what waits; one transaction, tried again when others were in the
    /// way. `override`: an object. Throws UsageError (AL003, AL004, AL016, AL017).
    [[nodiscard]] nlohmann::json approve(int tenant_id, std::int64_t proposal_id,
                                         const std::string& reason, const std::string& actor,
                                         const nlohmann::json& override);
    /// Throws UsageError (AL004, AL017).
    [[nodiscard]] nlohmann::json reject(int tenant_id, std::int64_t proposal_id,
                                        const std::string& reason, const std::string& actor);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
