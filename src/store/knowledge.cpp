#include "store/knowledge.h"

#include <fmt/format.h>

#include <pqxx/pqxx>

#include "store/arguments.h"
#include "store/sqlstate.h"

namespace almagest::store {
namespace {

pqxx::row one_row(Connection& connection, const Arguments& arguments,
                  const std::string& statement) {
    pqxx::row row;
    connection.transaction([&](pqxx::work& work) { row = arguments.run1(work, statement); });
    return row;
}

/// The row of the thing with this id; UsageError when there is none.
pqxx::row row_of(Connection& connection, const char* thing, std::int64_t id,
                 const std::string& statement) {
    pqxx::result rows;
    const auto arguments = Arguments().add(id);
    connection.one_statement(
        [&](pqxx::transaction_base& work) { rows = arguments.run(work, statement); });
    if (rows.empty()) {
        throw_database_error("AL004", fmt::format("there is no {} {}", thing, id));
    }
    return rows[0];
}

std::string text_or_empty(const pqxx::field& field) {
    return optional_of<std::string>(field).value_or("");
}

}  // namespace

int Knowledge::ensure_tenant(const std::string& name) {
    return one_row(*connection_, Arguments().add(name), "SELECT llm.usp_ensure_tenant($1::text)")[0]
        .as<int>();
}

std::string Knowledge::register_job_type(const nlohmann::json& job_type) {
    return one_row(*connection_, Arguments().add(job_type),
                   "SELECT llm.usp_register_job_type($1::jsonb)")[0]
        .as<std::string>();
}

nlohmann::json thresholds_of(const config::GovernanceSettings& governance) {
    const auto pair = [](double auto_promote, double manual_review) {
        return nlohmann::json{{"auto_promote", auto_promote}, {"manual_review", manual_review}};
    };
    nlohmann::json all = {
        {"*", pair(governance.auto_promote_threshold, governance.manual_review_threshold)}};
    for (const auto& [type, own] : governance.types)
        all[type] = pair(own.auto_promote.value_or(governance.auto_promote_threshold),
                         own.manual_review.value_or(governance.manual_review_threshold));
    return all;
}

void Knowledge::set_thresholds(int tenant_id, const config::GovernanceSettings& governance) {
    const auto arguments = Arguments().add(tenant_id).add(thresholds_of(governance));
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run(work, "SELECT dbo.usp_replace_thresholds($1::int, $2::jsonb)");
    });
}

StoredPage Knowledge::page(std::int64_t source_page_id) {
    const auto row =
        row_of(*connection_, "page", source_page_id,
               "SELECT title, body, locator, primary_type FROM sem.fn_page($1::bigint)");
    return {text_or_empty(row[0]), text_or_empty(row[1]), text_or_empty(row[2]),
            text_or_empty(row[3])};
}

std::optional<EarlierCut> Knowledge::earlier_cut(std::int64_t source_page_id) {
    pqxx::result rows;
    const auto arguments = Arguments().add(source_page_id);
    connection_->one_statement([&](pqxx::transaction_base& work) {
        rows = arguments.run(work,
                             "SELECT body, policy, chunks FROM vector.fn_earlier_cut($1::bigint)");
    });
    if (rows.empty()) return std::nullopt;
    return EarlierCut{rows[0][0].as<std::string>(),
                      nlohmann::json::parse(rows[0][1].as<std::string>()),
                      nlohmann::json::parse(rows[0][2].as<std::string>())};
}

StoredChunk Knowledge::chunk(std::int64_t chunk_id) {
    const auto row = row_of(*connection_, "chunk", chunk_id,
                            "SELECT source_page_id, char_start, char_end, content, chunk_index "
                            "FROM vector.fn_chunk($1::bigint)");
    return {row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>(),
            row[3].as<std::string>(), row[4].as<int>()};
}

std::vector<ChunkEntity> Knowledge::chunk_entities(std::int64_t chunk_id) {
    std::vector<ChunkEntity> entities;
    connection_->transaction([&](pqxx::work& work) {
        for (const auto& row : Arguments().add(chunk_id).run(
                 work,
                 "SELECT entity_id, name, entity_type FROM dbo.fn_chunk_entities($1::bigint)")) {
            entities.push_back(
                {row[0].as<std::int64_t>(), row[1].as<std::string>(), text_or_empty(row[2])});
        }
    });
    return entities;
}

std::vector<ChunkEntity> Knowledge::entities_before(std::int64_t chunk_id, std::size_t limit) {
    std::vector<ChunkEntity> entities;
    const auto arguments = Arguments().add(chunk_id).add(static_cast<std::int64_t>(limit));
    connection_->transaction([&](pqxx::work& work) {
        entities.clear();
        for (const auto& row : arguments.run(work,
                                             "SELECT entity_id, name, entity_type FROM "
                                             "dbo.fn_entities_before($1::bigint, $2::int)"))
            entities.push_back(
                {row[0].as<std::int64_t>(), row[1].as<std::string>(), text_or_empty(row[2])});
    });
    return entities;
}

nlohmann::json Knowledge::show_entity(int tenant_id, const std::string& name, const std::string& at,
                                      const std::string& in_work) {
    return json_of(
        one_row(*connection_, Arguments().add(tenant_id).add(name).add(at).add(in_work),
                "SELECT dbo.fn_show_entity($1::int, $2::text, nullif($3::text, '')::date, "
                "nullif($4::text, ''))")[0]);
}

nlohmann::json Knowledge::run_summary(int tenant_id,
                                      const std::vector<std::int64_t>& source_page_ids) {
    return json_of(one_row(*connection_, Arguments().add(tenant_id).add_or_null(source_page_ids),
                           "SELECT dbo.fn_run_summary($1::int, $2::bigint[])")[0]);
}

nlohmann::json Knowledge::rows(const std::string& query,
                               const std::vector<std::string>& arguments) {
    Arguments bound;
    for (const auto& argument : arguments) {
        bound.add(argument);
    }
    return json_of(one_row(
        *connection_, bound,
        fmt::format("SELECT coalesce(json_agg(row_to_json(found)), '[]') FROM ({}) AS found",
                    query))[0]);
}

}  // namespace almagest::store
