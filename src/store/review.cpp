#include "store/review.h"

#include <pqxx/pqxx>

#include "error/error.h"
#include "store/arguments.h"

namespace almagest::store {

using nlohmann::json;

json Review::ask(const Arguments& arguments, const std::string& statement) {
    json answer;
    connection_->transaction(
        [&](pqxx::work& work) { answer = json_of(arguments.run1(work, statement)[0]); });
    return answer;
}

json Review::decide(const Arguments& arguments, const std::string& statement) {
    constexpr int attempts = 5;
    for (int attempt = 1;; ++attempt) {
        try {
            return ask(arguments, statement);
        } catch (const TransientError&) {
            if (attempt == attempts) throw;
        }
    }
}

json Review::adjudicate(int tenant_id, const ReviewItem& item, const Decision& decision) {
    return decide(Arguments()
                      .add(tenant_id)
                      .add(item.type)
                      .add(item.id)
                      .add(decision.kind)
                      .add(decision.override)
                      .add(decision.reason)
                      .add(decision.actor)
                      .add(decision.expected_state),
                  "SELECT dbo.usp_adjudicate($1::int, $2::text, $3::bigint, $4::text, $5::jsonb, "
                  "$6::text, $7::text, $8::text)");
}

json Review::undo(int tenant_id, std::int64_t audit_id, const std::string& reason,
                  const std::string& actor) {
    return decide(Arguments().add(tenant_id).add(audit_id).add(reason).add(actor),
                  "SELECT dbo.usp_undo_adjudication($1::int, $2::bigint, $3::text, $4::text)");
}

json Review::items(int tenant_id, const json& filter, const std::string& after, int limit) {
    return ask(Arguments().add(tenant_id).add(filter).add(after).add(limit),
               "SELECT dbo.fn_review_items($1::int, $2::jsonb, nullif($3::text, ''), $4::int)");
}

json Review::item(int tenant_id, const ReviewItem& item) {
    return ask(Arguments().add(tenant_id).add(item.type).add(item.id),
               "SELECT dbo.fn_review_item($1::int, $2::text, $3::bigint)");
}

int Review::refresh(int tenant_id, int limit) {
    int done = 0;
    const auto arguments = Arguments().add(tenant_id).add(limit);
    connection_->transaction([&](pqxx::work& work) {
        done = arguments.run1(work, "SELECT dbo.usp_refresh_review($1::int, $2::int)")[0].as<int>();
    });
    return done;
}

std::vector<std::string> Review::item_types() {
    std::vector<std::string> types;
    connection_->transaction([&](pqxx::work& work) {
        types.clear();
        for (const auto& row : Arguments().run(work, "SELECT item_type FROM dbo.fn_item_kinds()"))
            types.push_back(row[0].as<std::string>());
    });
    return types;
}

ReapplyStep Review::reapply(int tenant_id, const std::string& item_type, std::int64_t after,
                            int limit, const json& dry_thresholds) {
    ReapplyStep step;
    const auto arguments =
        Arguments().add(tenant_id).add(item_type).add(after).add(limit).add(dry_thresholds);
    constexpr int attempts = 5;
    for (int attempt = 1;; ++attempt) {
        try {
            connection_->transaction([&](pqxx::work& work) {
                const auto row = arguments.run1(
                    work,
                    "SELECT coalesce(last_id, 0), moved FROM dbo.usp_reapply_thresholds($1::int, "
                    "$2::text, $3::bigint, $4::int, $5::jsonb)");
                step = {row[0].as<std::int64_t>(), json_of(row[1])};
            });
            return step;
        } catch (const TransientError&) {
            if (attempt == attempts) throw;
        }
    }
}

json Review::calibration(int tenant_id, const std::string& item_type, double precision) {
    return ask(Arguments().add(tenant_id).add(item_type).add(precision),
               "SELECT dbo.fn_review_calibration($1::int, nullif($2::text, ''), $3::float8)");
}

std::vector<Role> Review::ensure_roles() {
    std::vector<Role> roles;
    connection_->transaction([&](pqxx::work& work) {
        roles.clear();
        for (const auto& row :
             Arguments().run(work, "SELECT role, is_new FROM dbo.usp_ensure_roles()"))
            roles.push_back({row[0].as<std::string>(), row[1].as<bool>()});
    });
    return roles;
}

}  // namespace almagest::store
