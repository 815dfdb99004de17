#include "cli/entity_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "error/error.h"

namespace almagest::cli {

using store::FoundEntity;

std::string described(const FoundEntity& entity) {
    return fmt::format("{} {} ({})", entity.entity_id, entity.name, entity.type);
}

FoundEntity one_entity(store::Identity& identity, int tenant_id, const std::string& name_or_id) {
    auto found = identity.find(tenant_id, name_or_id);
    if (found.empty())
        throw UsageError(fmt::format(
            "there is no entity “{}”; `almagest sql \"SELECT entity_id, entity_name FROM "
            "dbo.dim_entity\"` lists them",
            name_or_id));
    const bool is_number = std::all_of(name_or_id.begin(), name_or_id.end(),
                                       [](char c) { return c >= '0' && c <= '9'; });
    // A number may be a name and an id: both then count.
    if (!is_number)
        std::erase_if(found, [first = found.front().matched_by](const FoundEntity& entity) {
            return entity.matched_by != first;
        });
    if (std::any_of(found.begin(), found.end(),
                    [](const FoundEntity& entity) { return entity.merged_into_id == 0; }))
        std::erase_if(found, [](const FoundEntity& entity) {
            return entity.merged_into_id != 0 && entity.matched_by != "id";
        });
    if (found.size() == 1) return found.front();
    std::string list;
    for (const auto& entity : found) list += (list.empty() ? "" : ", ") + described(entity);
    throw UsageError(fmt::format("“{}” may be any of {}; say which by its id", name_or_id, list));
}

}  // namespace almagest::cli
