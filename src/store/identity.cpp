#include "store/identity.h"

#include <map>
#include <pqxx/pqxx>
#include <utility>

#include "store/arguments.h"

namespace almagest::store {

std::vector<FoundEntity> Identity::find(int tenant_id, const std::string& name_or_id) {
    std::vector<FoundEntity> found;
    const auto arguments = Arguments().add(tenant_id).add(name_or_id);
    connection_->transaction([&](pqxx::work& work) {
        found.clear();
        for (const auto& row :
             arguments.run(work,
                           "SELECT entity_id, name, entity_type, promotion_state, matched_by, "
                           "coalesce(merged_into_id, 0), support "
                           "FROM dbo.fn_find_entities($1::int, $2::text)")) {
            found.push_back({row[0].as<std::int64_t>(), row[1].as<std::string>(),
                             row[2].as<std::string>(), row[3].as<std::string>(),
                             row[4].as<std::string>(), row[5].as<std::int64_t>(),
                             row[6].as<int>()});
        }
    });
    return found;
}

std::int64_t Identity::merge(int tenant_id, std::int64_t master_id,
                             const std::vector<std::int64_t>& duplicate_ids,
                             const std::string& reason, const std::string& actor) {
    const auto arguments =
        Arguments().add(tenant_id).add(master_id).add_array(duplicate_ids).add(reason).add(actor);
    std::int64_t merge_id = 0;
    connection_->transaction([&](pqxx::work& work) {
        merge_id = arguments
                       .run1(work,
                             "SELECT dbo.usp_merge_entities($1::int, $2::bigint, $3::bigint[], "
                             "nullif($4::text, ''), $5::text)")[0]
                       .as<std::int64_t>();
    });
    return merge_id;
}

std::int64_t Identity::unmerge(int tenant_id, std::int64_t merge_id, const std::string& actor) {
    const auto arguments = Arguments().add(merge_id).add(tenant_id).add(actor);
    std::int64_t master_id = 0;
    connection_->transaction([&](pqxx::work& work) {
        master_id =
            arguments
                .run1(work, "SELECT dbo.usp_unmerge_entities($1::bigint, $2::int, $3::text)")[0]
                .as<std::int64_t>();
    });
    return master_id;
}

std::vector<AuditName> Identity::audit_names(int tenant_id) {
    std::vector<AuditName> names;
    const auto arguments = Arguments().add(tenant_id);
    connection_->transaction([&](pqxx::work& work) {
        names.clear();
        for (const auto& row : arguments.run(
                 work,
                 "SELECT entity_id, name_key, type_key, name FROM dbo.fn_audit_names($1::int)"))
            names.push_back({row[0].as<std::int64_t>(), row[1].as<std::string>(),
                             row[2].as<std::string>(), row[3].as<std::string>()});
    });
    return names;
}

std::vector<std::size_t> Identity::shared_relations(int tenant_id,
                                                    const std::vector<EntityPair>& pairs) {
    std::vector<std::int64_t> firsts;
    std::vector<std::int64_t> seconds;
    for (const auto& pair : pairs) {
        firsts.push_back(pair.first_entity_id);
        seconds.push_back(pair.second_entity_id);
    }
    const auto arguments = Arguments().add(tenant_id).add_array(firsts).add_array(seconds);
    std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> shared;
    connection_->transaction([&](pqxx::work& work) {
        shared.clear();
        for (const auto& row :
             arguments.run(work,
                           "SELECT first_id, second_id, shared FROM "
                           "dbo.fn_shared_relations($1::int, $2::bigint[], $3::bigint[])"))
            shared[{row[0].as<std::int64_t>(), row[1].as<std::int64_t>()}] =
                row[2].as<std::size_t>();
    });
    std::vector<std::size_t> counts;
    for (const auto& pair : pairs) {
        const auto found = shared.find({pair.first_entity_id, pair.second_entity_id});
        counts.push_back(found == shared.end() ? 0 : found->second);
    }
    return counts;
}

NotedPairs Identity::note_similar(int tenant_id, const nlohmann::json& pairs) {
    NotedPairs noted;
    const auto arguments = Arguments().add(tenant_id).add(pairs);
    connection_->transaction([&](pqxx::work& work) {
        const auto row = arguments.run1(work,
                                        "SELECT noted, enqueued, has_job_type FROM "
                                        "dbo.usp_note_similar_entities($1::int, $2::jsonb)");
        noted = {row[0].as<int>(), row[1].as<int>(), row[2].as<bool>()};
    });
    return noted;
}

}  // namespace almagest::store
