#include <filesystem>

#include "error/error.h"
#include "lake/lake.h"
#include "review/api.h"
#include "store/identity.h"
#include "store/review_pages.h"
#include "store/sqlstate.h"

namespace almagest::review {

using nlohmann::json;

namespace {

Reply found_or_404(json document, const std::string& sentence) {
    if (document.is_null()) return {404, {{"error", sentence}}};
    return {200, std::move(document)};
}

Reply entity(const Desk& desk, const Call& call) {
    return found_or_404(
        with_connection(
            desk,
            [&](store::Connection& connection) {
                return store::ReviewPages(connection).entity(desk.tenant_id, call.id("entity_id"));
            }),
        "there is no entity of that id");
}

Reply neighbourhood(const Desk& desk, const Call& call) {
    const auto limit = static_cast<int>(call.number("limit", 1, 200).value_or(40));
    return {200, with_connection(desk, [&](store::Connection& connection) {
                return store::ReviewPages(connection)
                    .neighbourhood(desk.tenant_id, call.id("entity_id"), limit);
            })};
}

Reply find_entities(const Desk& desk, const Call& call) {
    const auto name = call.parameters.find("name");
    if (name == call.parameters.end() || name->second.empty())
        throw UsageError("name is missing: what is the entity called?");
    return {200, with_connection(desk, [&](store::Connection& connection) {
                auto list = json::array();
                for (const auto& entity :
                     store::Identity(connection).find(desk.tenant_id, name->second))
                    list.push_back({{"entity_id", entity.entity_id},
                                    {"name", entity.name},
                                    {"type", entity.type},
                                    {"promotion_state", entity.promotion_state},
                                    {"matched_by", entity.matched_by},
                                    {"support", entity.support}});
                return json{{"entities", std::move(list)}};
            })};
}

Reply dashboard(const Desk& desk, const Call& call) {
    const auto days = static_cast<int>(call.number("days", 1, 90).value_or(14));
    return {200, with_connection(desk, [&](store::Connection& connection) {
                return store::ReviewPages(connection).dashboard(desk.tenant_id, days);
            })};
}

/// null where it was forgotten, or never written.
json artifact(const std::filesystem::path& lake, const std::filesystem::path& folder,
              const std::string& name) {
    std::error_code missing;
    if (folder.empty() || !std::filesystem::exists(folder / (name + ".json"), missing))
        return nullptr;
    return lake::Lake(lake).read(folder, name);
}

Reply run(const Desk& desk, const Call& call) {
    auto card = with_connection(desk, [&](store::Connection& connection) {
        return store::ReviewPages(connection).run(desk.tenant_id, call.parts.at("run_id"));
    });
    if (card.is_null()) return {404, {{"error", "there is no run of that id"}}};
    const auto place = card.value("artifact", json());
    const std::filesystem::path folder = place.is_string() ? place.get<std::string>() : "";
    card.erase("artifact");  // a path of this machine is nobody's business
    return {200,
            {{"run", card},
             {"input", artifact(desk.lake, folder, "input")},
             {"output", artifact(desk.lake, folder, "output")},
             {"error", artifact(desk.lake, folder, "error")}}};
}

}  // namespace

void add_exploration(const Desk& desk, std::vector<Route>& routes) {
    const auto add = [&](const std::string& pattern, Reply (*handler)(const Desk&, const Call&)) {
        routes.push_back(
            {"GET", pattern, [desk, handler](const Call& call) { return handler(desk, call); }});
    };
    add("/api/v1/entities", find_entities);
    add("/api/v1/entities/{entity_id}", entity);
    add("/api/v1/entities/{entity_id}/neighbourhood", neighbourhood);
    add("/api/v1/dashboard", dashboard);
    add("/api/v1/runs/{run_id}", run);
}

}  // namespace almagest::review
