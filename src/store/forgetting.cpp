#include "store/forgetting.h"

#include <pqxx/pqxx>

#include "error/error.h"
#include "store/arguments.h"

namespace almagest::store {

namespace {
constexpr int most_attempts = 5;
}

nlohmann::json Forgetting::extent(int tenant_id, const std::string& source) {
    nlohmann::json found;
    const auto arguments = Arguments().add(tenant_id).add(source);
    connection_->transaction([&](pqxx::work& work) {
        found = json_of(arguments.run1(work, "SELECT dbo.fn_forget_extent($1::int, $2::text)")[0]);
    });
    return found;
}

std::vector<std::int64_t> Forgetting::pages(int tenant_id, const std::string& source,
                                            std::int64_t before, int limit) {
    std::vector<std::int64_t> ids;
    const auto arguments = Arguments().add(tenant_id).add(source).add(before).add(limit);
    connection_->transaction([&](pqxx::work& work) {
        ids.clear();
        for (const auto& row :
             arguments.run(work,
                           "SELECT source_page_id FROM ingest.fn_find_pages($1::int, $2::text, "
                           "$3::bigint, $4::int)"))
            ids.push_back(row[0].as<std::int64_t>());
    });
    return ids;
}

nlohmann::json Forgetting::forget_page(int tenant_id, std::int64_t source_page_id,
                                       const std::string& reason, const std::string& actor) {
    nlohmann::json gone;
    const auto arguments = Arguments().add(tenant_id).add(source_page_id).add(reason).add(actor);
    for (int attempt = 1;; ++attempt) {
        try {
            connection_->transaction([&](pqxx::work& work) {
                gone = json_of(arguments.run1(work,
                                              "SELECT dbo.usp_forget_page($1::int, $2::bigint, "
                                              "nullif($3::text, ''), $4::text)")[0]);
            });
            return gone;
        } catch (const TransientError&) {
            if (attempt == most_attempts) throw;
        }
    }
}

}  // namespace almagest::store
