#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/database.h"

namespace almagest::store {

/// Tags, and types and relation names that mean the same, on a person's word. Over one connection;
/// one thread. Whatever the database refuses is a UsageError (AL004, AL005, AL018, AL019).
class Vocabulary {
  public:
    explicit Vocabulary(Connection& connection) : connection_(&connection) {}

    struct Tagged {
        std::vector<std::int64_t> source_page_ids;
        std::vector<std::int64_t> chunk_ids;
        std::vector<std::int64_t> entity_ids;
    };
    /// How many were not so tagged yet. `type` "" for unknown.
    [[nodiscard]] int tag(int tenant_id, const std::string& tag, const std::string& type,
                          const Tagged& rows, const std::string& actor);
    /// `relation`: synonym, broader (the second is broader than the first) or narrower.
    void relate_tags(int tenant_id, const std::string& from, const std::string& relation,
                     const std::string& to, const std::string& actor);
    /// Whether there was such a relation.
    [[nodiscard]] bool unrelate_tags(int tenant_id, const std::string& from,
                                     const std::string& relation, const std::string& to);
    /// `kind`: relation_type or entity_type; `relation`: synonym, reversed or none, which takes it
    /// back (`canonical` is ""). Whether that changed anything.
    [[nodiscard]] bool relate_terms(int tenant_id, const std::string& kind, const std::string& term,
                                    const std::string& relation, const std::string& canonical,
                                    const std::string& actor);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
