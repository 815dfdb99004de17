#include "store/review_pages.h"

#include <pqxx/pqxx>

#include "store/arguments.h"

namespace almagest::store {
namespace {

nlohmann::json answer(Connection& connection, const Arguments& arguments,
                      const std::string& statement) {
    nlohmann::json document;
    connection.transaction(
        [&](pqxx::work& work) { document = json_of(arguments.run1(work, statement)[0]); });
    return document;
}

}  // namespace

void ReviewPages::limit_statements(int milliseconds) {
    const auto arguments = Arguments().add(std::to_string(milliseconds));
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run1(work, "SELECT set_config('statement_timeout', $1::text, false)");
    });
}

nlohmann::json ReviewPages::queue(int tenant_id, const nlohmann::json& filter,
                                  const std::optional<std::string>& after, int limit) {
    return answer(*connection_, Arguments().add(tenant_id).add(filter).add(after).add(limit),
                  "SELECT dbo.fn_review_queue($1::int, $2::jsonb, $3::text, $4::int)");
}

nlohmann::json ReviewPages::page(int tenant_id, std::int64_t source_page_id) {
    return answer(*connection_, Arguments().add(tenant_id).add(source_page_id),
                  "SELECT dbo.fn_review_page($1::int, $2::bigint)");
}

nlohmann::json ReviewPages::page_text(int tenant_id, std::int64_t source_page_id, int start,
                                      int length) {
    return answer(*connection_,
                  Arguments().add(tenant_id).add(source_page_id).add(start).add(length),
                  "SELECT dbo.fn_page_text($1::int, $2::bigint, $3::int, $4::int)");
}

nlohmann::json ReviewPages::duplicate_pairs(int tenant_id, int limit) {
    return answer(*connection_, Arguments().add(tenant_id).add(limit),
                  "SELECT dbo.fn_duplicate_pairs($1::int, $2::int)");
}

nlohmann::json ReviewPages::proposals(int tenant_id, int limit) {
    return answer(*connection_, Arguments().add(tenant_id).add(limit),
                  "SELECT dbo.fn_proposals($1::int, $2::int)");
}

nlohmann::json ReviewPages::entity(int tenant_id, std::int64_t entity_id) {
    return answer(*connection_, Arguments().add(tenant_id).add(entity_id),
                  "SELECT dbo.fn_entity_page($1::int, $2::bigint)");
}

nlohmann::json ReviewPages::neighbourhood(int tenant_id, std::int64_t entity_id, int limit) {
    return answer(*connection_, Arguments().add(tenant_id).add(entity_id).add(limit),
                  "SELECT dbo.fn_neighbourhood($1::int, $2::bigint, $3::int)");
}

nlohmann::json ReviewPages::dashboard(int tenant_id, int days) {
    return answer(*connection_, Arguments().add(tenant_id).add(days),
                  "SELECT llm.fn_dashboard($1::int, $2::int)");
}

nlohmann::json ReviewPages::merges(int tenant_id, std::optional<std::int64_t> before, int limit) {
    return answer(*connection_, Arguments().add(tenant_id).add(before).add(limit),
                  "SELECT dbo.fn_merges($1::int, $2::bigint, $3::int)");
}

nlohmann::json ReviewPages::run(int tenant_id, const std::string& run_id) {
    return answer(*connection_, Arguments().add(tenant_id).add(run_id),
                  "SELECT llm.fn_run_card($1::int, $2::uuid)");
}

}  // namespace almagest::store
