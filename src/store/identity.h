#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
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
    std::string matched_by;           ///< "name", "alias", "redirect" or "id"
    std::int64_t merged_into_id = 0;  ///< 0: not merged
    int support = 0;                  ///< independent sources
};

/// An entity as an audit of names sees it.
struct AuditName {
    std::int64_t entity_id = 0;
    std::string name_key;
    std::string type;  ///< "" for unknown or other
    std::string name;
};

struct EntityPair {
    std::int64_t first_entity_id = 0;  ///< the smaller
    std::int64_t second_entity_id = 0;
};

/// What became of the pairs that an audit found.
struct NotedPairs {
    int noted = 0;     ///< new ones
    int enqueued = 0;  ///< new entity_dedupe jobs
    bool has_job_type = false;
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

    /// In the order of their ids.
    [[nodiscard]] std::vector<AuditName> audit_names(int tenant_id);
    /// For each pair how many relations both have.
    [[nodiscard]] std::vector<std::size_t> shared_relations(int tenant_id,
                                                            const std::vector<EntityPair>& pairs);
    /// `pairs`: an array of {first_entity_id, second_entity_id, similarity, explanation}.
    [[nodiscard]] NotedPairs note_similar(int tenant_id, const nlohmann::json& pairs);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
