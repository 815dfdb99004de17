#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/database.h"

namespace almagest::store {

/// An entity that a person may mean by a name or an id.
struct FoundEntity {
    std::int64_t entity_id = 0;
    std::string name;
    std::string type;
    std::string promotion_state;
    std::string matched_by;           ///< "name", "alias" or "id"
    std::int64_t merged_into_id = 0;  ///< 0: not merged
    int support = 0;                  ///< independent sources
};

/// Which entities are one: look-ups, merges, and pairs that the audit found. Over one connection;
/// one thread.
class Identity {
  public:
    explicit Identity(Connection& connection) : connection_(&connection) {}

    /// By name before alias before id, unmerged ones first.
    [[nodiscard]] std::vector<FoundEntity> find(int tenant_id, const std::string& name_or_id);
    /// The merge's id. Throws UsageError (AL004, AL005, AL011, AL012).
    [[nodiscard]] std::int64_t merge(int tenant_id, std::int64_t master_id,
                                     const std::vector<std::int64_t>& duplicate_ids,
                                     const std::string& reason, const std::string& actor);
    /// The master's id. Throws UsageError (AL004, AL013).
    [[nodiscard]] std::int64_t unmerge(int tenant_id, std::int64_t merge_id,
                                       const std::string& actor);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
