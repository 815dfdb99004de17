#include "store/backfills.h"

#include <pqxx/pqxx>

#include "store/arguments.h"

namespace almagest::store {
namespace {

Backfills::Change change(Connection& connection, const std::string& procedure,
                         std::int64_t backfill_id, std::optional<std::int64_t> after, int limit) {
    Backfills::Change change;
    connection.transaction([&](pqxx::work& work) {
        const auto row =
            Arguments()
                .add(backfill_id)
                .add(after)
                .add(limit)
                .run1(work, "SELECT changed, last_job_id FROM llm." + work.quote_name(procedure) +
                                "($1::bigint, $2::bigint, $3::int)");
        change = {row[0].as<int>(), optional_of<std::int64_t>(row[1])};
    });
    return change;
}

}  // namespace

Backfills::Extent Backfills::extent(const Request& request) {
    Extent extent;
    connection_->transaction([&](pqxx::work& work) {
        const auto row =
            Arguments()
                .add(request.tenant_id)
                .add(request.what)
                .add(request.selection)
                .run1(work,
                      "SELECT pages, chunks FROM llm.fn_backfill_extent($1::int, $2::text, "
                      "$3::jsonb)");
        extent = {row[0].as<std::int64_t>(), row[1].as<std::int64_t>()};
    });
    return extent;
}

Backfills::Begun Backfills::begin(const Request& request) {
    Begun begun;
    connection_->transaction([&](pqxx::work& work) {
        const auto row =
            Arguments()
                .add(request.tenant_id)
                .add(request.what)
                .add(request.selection)
                .add(request.priority)
                .add(request.made_by)
                .run1(work,
                      "SELECT backfill_id, pages, chunks FROM llm.usp_begin_backfill($1::int, "
                      "$2::text, $3::jsonb, NULL, $4::int, $5::text)");
        begun.backfill_id = optional_of<std::int64_t>(row[0]);
        begun.extent = {row[1].as<std::int64_t>(), row[2].as<std::int64_t>()};
    });
    return begun;
}

Backfills::Step Backfills::step(std::int64_t backfill_id, int limit) {
    Step step;
    connection_->transaction([&](pqxx::work& work) {
        const auto row =
            Arguments()
                .add(backfill_id)
                .add(limit)
                .run1(work,
                      "SELECT enqueued, total, state FROM llm.usp_backfill_step($1::bigint, "
                      "$2::int)");
        step = {row[0].as<int>(), row[1].as<std::int64_t>(), row[2].as<std::string>()};
    });
    return step;
}

Backfills::Change Backfills::pause(std::int64_t backfill_id, std::optional<std::int64_t> after,
                                   int limit) {
    return change(*connection_, "usp_pause_backfill", backfill_id, after, limit);
}

Backfills::Change Backfills::resume(std::int64_t backfill_id, std::optional<std::int64_t> after,
                                    int limit) {
    return change(*connection_, "usp_resume_backfill", backfill_id, after, limit);
}

int Backfills::cancel(std::int64_t backfill_id, int limit) {
    int jobs = 0;
    connection_->transaction([&](pqxx::work& work) {
        jobs = Arguments()
                   .add(backfill_id)
                   .add(limit)
                   .run1(work, "SELECT llm.usp_cancel_backfill($1::bigint, $2::int)")[0]
                   .as<int>();
    });
    return jobs;
}

}  // namespace almagest::store
