#include "store/retention.h"

#include <pqxx/pqxx>

#include "store/arguments.h"

namespace almagest::store {
namespace {

constexpr int months_ahead = 3;

template <class Read>
void with_row(Connection& connection, const Arguments& arguments, const std::string& query,
              const Read& read) {
    connection.transaction([&](pqxx::work& work) { read(arguments.run1(work, query)); });
}

std::int64_t count(Connection& connection, const Arguments& arguments, const std::string& query) {
    std::int64_t rows = 0;
    with_row(connection, arguments, query,
             [&](const pqxx::row& row) { rows = row[0].as<std::int64_t>(); });
    return rows;
}

Retention::Amount amount(Connection& connection, int days, const std::string& query) {
    Retention::Amount found;
    with_row(connection, Arguments().add(days), query, [&](const pqxx::row& row) {
        found = {row[0].as<std::int64_t>(), row[1].as<std::int64_t>()};
    });
    return found;
}

}  // namespace

Retention::Amount Retention::finished_jobs(int days) {
    return amount(*connection_, days, "SELECT jobs, bytes FROM llm.fn_prunable_history($1::int)");
}

Retention::Amount Retention::payloads(int days) {
    return amount(*connection_, days,
                  "SELECT payloads, bytes FROM ingest.fn_prunable_payloads($1::int)");
}

Retention::Amount Retention::answers(int days) {
    return amount(*connection_, days,
                  "SELECT answers, bytes FROM llm.fn_prunable_answers($1::int)");
}

std::int64_t Retention::prune_finished_jobs(int days, int limit) {
    return count(*connection_, Arguments().add(days).add(limit),
                 "SELECT llm.usp_prune_history($1::int, $2::int)");
}

std::int64_t Retention::prune_payloads(int days, int limit) {
    return count(*connection_, Arguments().add(days).add(limit),
                 "SELECT ingest.usp_prune_payloads($1::int, $2::int)");
}

std::int64_t Retention::forget_answers(int days, int limit) {
    return count(*connection_, Arguments().add(days).add(limit),
                 "SELECT llm.usp_forget_answers($1::int, $2::int)");
}

std::int64_t Retention::forget_artifacts(const std::string& lake, const std::string& day,
                                         int limit) {
    return count(*connection_, Arguments().add(lake).add(day).add(limit),
                 "SELECT llm.usp_forget_artifacts($1::text, $2::date, $3::int)");
}

int Retention::ensure_partitions() {
    return static_cast<int>(count(*connection_, Arguments().add(months_ahead),
                                  "SELECT llm.usp_ensure_history_partitions($1::int)"));
}

void Retention::move_artifacts(const std::string& from, const std::string& to) {
    (void)count(*connection_, Arguments().add(from).add(to),
                "SELECT llm.usp_move_artifacts($1::text, $2::text)");
}

}  // namespace almagest::store
