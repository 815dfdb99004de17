#include "error/error.h"
#include "review/api.h"
#include "store/identity.h"
#include "store/review_pages.h"

namespace almagest::review {

using nlohmann::json;

namespace {

constexpr std::size_t most_duplicates = 100;

Reply pairs(const Desk& desk, const Call& call) {
    const auto limit = static_cast<int>(call.number("limit", 1, 500).value_or(100));
    return {
        200, with_connection(desk, [&](store::Connection& connection) {
            return json{
                {"pairs", store::ReviewPages(connection).duplicate_pairs(desk.tenant_id, limit)}};
        })};
}

Reply merges(const Desk& desk, const Call& call) {
    const auto limit = static_cast<int>(call.number("limit", 1, 200).value_or(50));
    const auto before = call.number("before", 1, INT64_MAX);
    return {200, with_connection(desk, [&](store::Connection& connection) {
                return json{{"merges",
                             store::ReviewPages(connection).merges(desk.tenant_id, before, limit)}};
            })};
}

Reply merge(const Desk& desk, const Call& call) {
    const auto master = id_of(call.body, "master_id");
    const auto reason = text_of(call.body, "reason");
    const auto given = call.body.value("duplicate_ids", json::array());
    if (!given.is_array() || given.empty() || given.size() > most_duplicates)
        throw UsageError("duplicate_ids must be a list of 1 to 100 ids");
    std::vector<std::int64_t> duplicates;
    for (const auto& one : given)
        duplicates.push_back(id_of({{"duplicate_ids", one}}, "duplicate_ids"));
    return {200, with_connection(desk, [&](store::Connection& connection) {
                return json{{"merge_id", store::Identity(connection)
                                             .merge(desk.tenant_id, master, duplicates, reason,
                                                    call.visitor.name)}};
            })};
}

Reply unmerge(const Desk& desk, const Call& call) {
    return {200, with_connection(desk, [&](store::Connection& connection) {
                return json{{"master_id",
                             store::Identity(connection)
                                 .unmerge(desk.tenant_id, call.id("merge_id"), call.visitor.name)}};
            })};
}

}  // namespace

void add_identity(const Desk& desk, std::vector<Route>& routes) {
    const auto add = [&](const std::string& method, const std::string& pattern,
                         Reply (*handler)(const Desk&, const Call&)) {
        routes.push_back(
            {method, pattern, [desk, handler](const Call& call) { return handler(desk, call); }});
    };
    add("GET", "/api/v1/pairs", pairs);
    add("GET", "/api/v1/merges", merges);
    add("POST", "/api/v1/merges", merge);
    add("POST", "/api/v1/merges/{merge_id}/undo", unmerge);
}

}  // namespace almagest::review
