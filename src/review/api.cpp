#include "review/api.h"

#include <fmt/format.h>

#include "error/error.h"
#include "store/review_pages.h"
#include "store/sqlstate.h"
#include "telemetry/log.h"

namespace almagest::review {

using nlohmann::json;

namespace {

constexpr int longest_statement_ms = 15'000;

int status_of(const std::exception& error) {
    const auto sqlstate = store::sqlstate_of(error);
    if (sqlstate == "AL004") return 404;
    // Somebody else was quicker, or it is done already.
    for (const auto* late : {"AL012", "AL013", "AL021", "AL024"})
        if (sqlstate == late) return 409;
    if (sqlstate.starts_with("AL")) return 422;
    if (dynamic_cast<const UsageError*>(&error) != nullptr) return 400;
    return dynamic_cast<const TransientError*>(&error) != nullptr ? 503 : 500;
}

}  // namespace

json with_connection(const Desk& desk, const std::function<json(store::Connection&)>& body) {
    const auto lent = desk.pool->lend();
    store::ReviewPages(*lent).limit_statements(longest_statement_ms);
    return body(*lent);
}

bool is_out_of_time(const std::exception& error) {
    const auto sqlstate = store::sqlstate_of(error);
    return sqlstate == "57014" || sqlstate == "55P03";  // query_canceled, lock_not_available
}

Reply reply_to_error(const std::exception& error) {
    const int status = status_of(error);
    json document = {{"error", error.what()}};
    if (const auto sqlstate = store::sqlstate_of(error); sqlstate.starts_with("AL"))
        document["code"] = sqlstate;
    if (status >= 500) {
        telemetry::log(telemetry::Level::error, error.what());
        document["error"] =
            is_out_of_time(error)
                ? "the database took too long for this, and it was given up; try again in a moment"
            : status == 503 ? "the database does not answer now; try again in a moment"
                            : "this failed; the log of `almagest serve` says why";
    }
    return {status, document};
}

std::string text_of(const json& body, const std::string& key, bool is_required,
                    std::size_t longest) {
    const auto found = body.find(key);
    if (found == body.end() || found->is_null()) {
        if (is_required) throw UsageError(fmt::format("{} is missing", key));
        return "";
    }
    if (!found->is_string()) throw UsageError(fmt::format("{} must be a text", key));
    auto text = found->get<std::string>();
    if (text.size() > longest)
        throw UsageError(fmt::format("{} is longer than {} bytes", key, longest));
    if (is_required && text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw UsageError(fmt::format("{} is empty", key));
    return text;
}

std::int64_t id_of(const json& body, const std::string& key) {
    const auto found = body.find(key);
    if (found == body.end() || !found->is_number_integer() || found->get<std::int64_t>() <= 0)
        throw UsageError(fmt::format("{} must be an id", key));
    return found->get<std::int64_t>();
}

std::vector<Route> routes(const Desk& desk) {
    std::vector<Route> all;
    all.push_back({"GET", "/api/v1/session", [tenant = desk.tenant](const Call& call) {
                       return Reply{200,
                                    {{"name", call.visitor.name},
                                     {"role", name_of(call.visitor.role)},
                                     {"csrf", call.visitor.csrf},
                                     {"tenant", tenant}}};
                   }});
    add_exploration(desk, all);
    add_identity(desk, all);
    add_adjudication(desk, all);
    return all;
}

}  // namespace almagest::review
