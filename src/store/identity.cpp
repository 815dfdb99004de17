#include "store/identity.h"

#include <pqxx/pqxx>

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

}  // namespace almagest::store
