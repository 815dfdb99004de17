#include <fmt/format.h>

#include <algorithm>

#include "error/error.h"
#include "review/api.h"
#include "store/review.h"
#include "store/review_pages.h"

namespace almagest::review {

using nlohmann::json;

namespace {

constexpr std::int64_t longest_text = 1'000'000'000;
constexpr std::int64_t longest_part = 200'000;
constexpr std::size_t most_items = 200;
constexpr std::size_t longest_reason = 4'000;

Reply queue(const Desk& desk, const Call& call) {
    json filter = json::object();
    for (const auto* key : {"type", "reason", "min_confidence", "max_confidence", "source"})
        if (const auto given = call.parameters.find(key); given != call.parameters.end())
            filter[key] = given->second;
    const auto after = call.parameters.find("after");
    const auto limit = static_cast<int>(call.number("limit", 1, 200).value_or(25));
    return {
        200, with_connection(desk, [&](store::Connection& connection) {
            return store::ReviewPages(connection)
                .queue(desk.tenant_id, filter,
                       after == call.parameters.end() ? std::nullopt : std::optional(after->second),
                       limit);
        })};
}

Reply page(const Desk& desk, const Call& call) {
    auto document = with_connection(desk, [&](store::Connection& connection) {
        return store::ReviewPages(connection).page(desk.tenant_id, call.id("page_id"));
    });
    for (auto& run : document["runs"]) run.erase("artifact");  // a path of this machine
    return {200, std::move(document)};
}

Reply page_text(const Desk& desk, const Call& call) {
    const auto start = static_cast<int>(call.number("start", 0, longest_text).value_or(0));
    const auto length = static_cast<int>(call.number("length", 1, longest_part).value_or(65'536));
    return {200, with_connection(desk, [&](store::Connection& connection) {
                return store::ReviewPages(connection)
                    .page_text(desk.tenant_id, call.id("page_id"), start, length);
            })};
}

Reply item(const Desk& desk, const Call& call) {
    return {200, with_connection(desk, [&](store::Connection& connection) {
                return store::Review(connection)
                    .item(desk.tenant_id, {call.parts.at("item_type"), call.id("item_id")});
            })};
}

struct ItemDecision {
    store::ReviewItem item;
    store::Decision decision;
};

/// The decisions that a body asks for, all alike but for the item.
std::vector<ItemDecision> decisions_of(const json& body, const std::string& actor) {
    const store::Decision common = {text_of(body, "decision", true, 20),
                                    body.value("override", json()),
                                    text_of(body, "reason", false, longest_reason), actor};
    if (!common.override.is_null() && !common.override.is_object())
        throw UsageError("override must be an object of what is right instead");
    const auto items = body.value("items", json::array());
    if (!items.is_array() || items.empty() || items.size() > most_items)
        throw UsageError(fmt::format("items must be a list of 1 to {} items", most_items));
    std::vector<ItemDecision> decisions;
    for (const auto& item : items) {
        if (!item.is_object()) throw UsageError("an item must be an object");
        auto& one = decisions.emplace_back(
            ItemDecision{{text_of(item, "item_type", true, 100), id_of(item, "item_id")}, common});
        if (auto state = text_of(item, "expected_state", false, 100); !state.empty())
            one.decision.expected_state = std::move(state);
    }
    return decisions;
}

/// Each item by itself: what another decided meanwhile is refused and the rest is done.
Reply adjudicate(const Desk& desk, const Call& call) {
    const auto decisions = decisions_of(call.body, call.visitor.name);
    auto decided = json::array();
    auto refused = json::array();
    int status = 200;
    (void)with_connection(desk, [&](store::Connection& connection) {
        for (const auto& [item, decision] : decisions) {
            try {
                decided.push_back(
                    store::Review(connection).adjudicate(desk.tenant_id, item, decision));
            } catch (const Error& error) {
                auto reply = reply_to_error(error);
                status = std::max(status, reply.status);
                reply.document["item_type"] = item.type;
                reply.document["item_id"] = item.id;
                refused.push_back(std::move(reply.document));
            }
        }
        return json();
    });
    json document = {{"decided", decided}, {"refused", refused}};
    if (!decided.empty()) return {200, document};
    document["error"] = refused.front()["error"];
    if (refused.front().contains("code")) document["code"] = refused.front()["code"];
    return {status, document};
}

Reply proposals(const Desk& desk, const Call& call) {
    const auto limit = static_cast<int>(call.number("limit", 1, 500).value_or(100));
    return {200, with_connection(desk, [&](store::Connection& connection) {
                return store::ReviewPages(connection).proposals(desk.tenant_id, limit);
            })};
}

Reply undo(const Desk& desk, const Call& call) {
    const auto reason = text_of(call.body, "reason", false, longest_reason);
    return {200, with_connection(desk, [&](store::Connection& connection) {
                return store::Review(connection)
                    .undo(desk.tenant_id, call.id("audit_id"), reason, call.visitor.name);
            })};
}

}  // namespace

void add_adjudication(const Desk& desk, std::vector<Route>& routes) {
    const auto add = [&](const std::string& method, const std::string& pattern,
                         Reply (*handler)(const Desk&, const Call&)) {
        routes.push_back(
            {method, pattern, [desk, handler](const Call& call) { return handler(desk, call); }});
    };
    add("GET", "/api/v1/review/queue", queue);
    add("GET", "/api/v1/review/{page_id}", page);
    add("GET", "/api/v1/review/{page_id}/text", page_text);
    add("GET", "/api/v1/items/{item_type}/{item_id}", item);
    add("POST", "/api/v1/review/{page_id}/adjudicate", adjudicate);
    add("GET", "/api/v1/proposals", proposals);
    add("POST", "/api/v1/adjudicate", adjudicate);
    add("POST", "/api/v1/adjudications/{audit_id}/undo", undo);
}

}  // namespace almagest::review
