#include "store/schema_proposals.h"

#include <pqxx/pqxx>

#include "error/error.h"
#include "store/arguments.h"

namespace almagest::store {
namespace {

constexpr int most_attempts = 5;

nlohmann::json answer(Connection& connection, const Arguments& arguments,
                      const std::string& query) {
    nlohmann::json document;
    connection.transaction(
        [&](pqxx::work& work) { document = json_of(arguments.run1(work, query)[0]); });
    return document;
}

}  // namespace

nlohmann::json SchemaProposals::list(int tenant_id, const std::string& status) {
    return answer(
        *connection_, Arguments().add(tenant_id).add(status),
        "SELECT coalesce(jsonb_agg(to_jsonb(p) - 'tenant_id' ORDER BY p.status <> 'open', "
        "p.support DESC, p.items DESC, p.proposal_id), '[]') FROM dbo.vw_schema_proposal p "
        "WHERE p.tenant_id = $1::int AND ($2::text = '' OR p.status = $2::text)");
}

nlohmann::json SchemaProposals::show(int tenant_id, std::int64_t proposal_id, int examples) {
    return answer(*connection_, Arguments().add(tenant_id).add(proposal_id).add(examples),
                  "SELECT dbo.fn_show_schema_proposal($1::int, $2::bigint, $3::int)");
}

nlohmann::json SchemaProposals::approve(int tenant_id, std::int64_t proposal_id,
                                        const std::string& reason, const std::string& actor,
                                        const nlohmann::json& override) {
    const auto arguments =
        Arguments().add(tenant_id).add(proposal_id).add(reason).add(actor).add(override);
    for (int attempt = 1;; ++attempt) {
        try {
            return answer(*connection_, arguments,
                          "SELECT dbo.usp_apply_schema_proposal($1::int, $2::bigint, "
                          "nullif($3::text, ''), $4::text, $5::jsonb)");
        } catch (const TransientError&) {
            if (attempt == most_attempts) throw;
        }
    }
}

nlohmann::json SchemaProposals::reject(int tenant_id, std::int64_t proposal_id,
                                       const std::string& reason, const std::string& actor) {
    return answer(
        *connection_, Arguments().add(tenant_id).add(proposal_id).add(reason).add(actor),
        "SELECT dbo.usp_reject_schema_proposal($1::int, $2::bigint, nullif($3::text, ''), "
        "$4::text)");
}

}  // namespace almagest::store
