#include "store/operations.h"

#include <pqxx/pqxx>

#include "store/arguments.h"

namespace almagest::store {
namespace {

std::optional<std::string> text_or_null(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

pqxx::row one_row(Connection& connection, const Arguments& arguments, const std::string& query) {
    pqxx::row row;
    connection.transaction([&](pqxx::work& work) { row = arguments.run1(work, query); });
    return row;
}

}  // namespace

int Operations::tenant_id(const std::string& name) {
    return one_row(*connection_, Arguments().add(name), "SELECT llm.fn_tenant_id($1::text)")[0]
        .as<int>();
}

bool Operations::pause_type(const std::string& job_type, const std::string& reason) {
    return one_row(*connection_, Arguments().add(job_type).add(text_or_null(reason)),
                   "SELECT llm.usp_pause_type($1::text, $2::text)")[0]
        .as<bool>();
}

bool Operations::resume_type(const std::string& job_type) {
    return one_row(*connection_, Arguments().add(job_type),
                   "SELECT llm.usp_resume_type($1::text)")[0]
        .as<bool>();
}

bool Operations::pause_tenant(int tenant_id, const std::string& reason) {
    return one_row(*connection_, Arguments().add(tenant_id).add(text_or_null(reason)),
                   "SELECT llm.usp_pause_tenant($1::int, $2::text)")[0]
        .as<bool>();
}

bool Operations::resume_tenant(int tenant_id) {
    return one_row(*connection_, Arguments().add(tenant_id),
                   "SELECT llm.usp_resume_tenant($1::int)")[0]
        .as<bool>();
}

void Operations::set_type_cap(const std::string& job_type, std::optional<int> max_running) {
    (void)one_row(*connection_, Arguments().add(job_type).add(max_running),
                  "SELECT llm.usp_set_type_cap($1::text, $2::int)");
}

void Operations::set_tenant_share(int tenant_id, std::optional<double> weight,
                                  std::optional<int> max_running) {
    (void)one_row(*connection_, Arguments().add(tenant_id).add(weight).add(max_running),
                  "SELECT llm.usp_set_tenant_share($1::int, $2::numeric, $3::int)");
}

Operations::Cancelled Operations::cancel(int tenant_id, const Selection& selection,
                                         const std::string& cancelled_by, int limit) {
    const auto row = one_row(*connection_,
                             Arguments()
                                 .add(tenant_id)
                                 .add_or_null(selection.job_ids)
                                 .add(text_or_null(selection.job_type))
                                 .add(cancelled_by)
                                 .add(limit),
                             "SELECT waiting, running FROM llm.usp_cancel_jobs($1::int, "
                             "$2::bigint[], $3::text, $4::text, $5::int)");
    return {row[0].as<int>(), row[1].as<int>()};
}

Operations::Bumped Operations::bump(int tenant_id, const Selection& selection, int priority,
                                    std::optional<std::int64_t> after, int limit) {
    const auto row = one_row(*connection_,
                             Arguments()
                                 .add(tenant_id)
                                 .add_or_null(selection.job_ids)
                                 .add(text_or_null(selection.job_type))
                                 .add(text_or_null(selection.source_pattern))
                                 .add(priority)
                                 .add(after)
                                 .add(limit),
                             "SELECT bumped, last_job_id FROM llm.usp_bump_jobs($1::int, "
                             "$2::bigint[], $3::text, $4::text, $5::int, $6::bigint, $7::int)");
    return {row[0].as<int>(), optional_of<std::int64_t>(row[1])};
}

}  // namespace almagest::store
