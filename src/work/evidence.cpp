#include "work/evidence.h"

#include <algorithm>

#include "error/error.h"
#include "text/chunker.h"
#include "text/tokens.h"
#include "work/call.h"

namespace almagest::work {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t most_of_a_kind = 8;  // in an entity's account

json or_null(const std::string& text) {
    return text.empty() ? json() : json(text);
}

json or_null(const std::optional<std::int64_t>& id) {
    return id ? json(*id) : json();
}

ordered_json bundle_of(const char* strategy, std::optional<std::size_t> maximum_tokens,
                       ordered_json items) {
    return {{"version", "1.0.0"},
            {"bounding_policy",
             {{"strategy", strategy},
              {"maximum_tokens", maximum_tokens ? json(*maximum_tokens) : json()},
              {"maximum_items", maximum_tokens ? json() : json(most_of_a_kind)}}},
            {"items", std::move(items)}};
}

ordered_json item_of(const store::ClaimedJob& job, const store::StoredPage& page,
                     const contract::Passage& passage) {
    return {{"source_page_id", or_null(job.source_page_id)},
            {"chunk_id", or_null(job.chunk_id)},
            {"locator", or_null(page.locator)},
            {"title", or_null(page.title)},
            {"page_type", or_null(page.primary_type)},
            {"char_start", passage.offset},
            {"char_end", passage.offset + text::code_point_count(passage.text)},
            {"source_characters", text::code_point_count(page.text)},
            {"content", passage.text}};
}

/// How the world of the pages counts its years.
text::Calendar calendar_of(const config::Settings& settings) {
    text::Calendar calendar;
    for (const auto& era : settings.calendar.eras)
        calendar.push_back({era.names, static_cast<int>(era.zero), era.backward});
    return calendar;
}

Evidence of_page(const store::ClaimedJob& job, const store::StoredPage& page,
                 const config::Settings& settings, const config::ModelProfile& profile) {
    auto passage = beginning_of(page.title, page.text, settings, profile);
    passage.calendar = calendar_of(settings);
    auto item = item_of(job, page, passage);
    return {std::move(passage), bundle_of("page_beginning", profile.chunk_maximum_tokens,
                                          ordered_json::array({std::move(item)}))};
}

/// Must the entities of the chunk be known?
bool uses_entities(const contract::JobType& type) {
    return type.continues ||
           std::any_of(type.grounding.begin(), type.grounding.end(), [](const auto& rule) {
               return rule.work_bounds && rule.work_bounds->items.empty();
           });
}

std::optional<Evidence> of_chunk(const store::ClaimedJob& job, const contract::JobType& type,
                                 const store::StoredPage& page, const config::Settings& settings,
                                 const config::ModelProfile& profile, store::Knowledge& knowledge) {
    auto chunk = knowledge.chunk(*job.chunk_id);
    auto passage = passage_of(page.title, std::move(chunk.content),
                              static_cast<std::size_t>(chunk.char_start), settings.chunk.locale);
    passage.page_type = page.primary_type;
    passage.calendar = calendar_of(settings);
    std::vector<store::ChunkEntity> earlier;
    if (profile.earlier_entities > 0)
        earlier = knowledge.entities_before(*job.chunk_id, profile.earlier_entities);
    passage.context = context_of(profile, page, earlier);
    if (uses_entities(type)) {
        for (auto& entity : knowledge.chunk_entities(*job.chunk_id)) {
            passage.entity_names.push_back(std::move(entity.name));
            passage.entity_types.push_back(std::move(entity.type));
        }
    }
    if (type.names) passage.names = contract::find_names(*type.names, passage);
    if (!can_be_asked(type, passage)) return std::nullopt;
    auto item = item_of(job, page, passage);
    return Evidence{std::move(passage), bundle_of("chunk", profile.chunk_maximum_tokens,
                                                  ordered_json::array({std::move(item)}))};
}

/// null: the entity is merged or gone.
json match_of(const store::ClaimedJob& job, std::int64_t id, store::Knowledge& knowledge) {
    const auto found = knowledge.rows(
        "SELECT name FROM dbo.fn_find_entities($1::int, $2) WHERE entity_id = $2::bigint AND "
        "merged_into_id IS NULL",
        {std::to_string(job.tenant_id), std::to_string(id)});
    if (!found.empty()) {
        const auto shown = knowledge.show_entity(job.tenant_id, found[0].at("name"));
        for (const auto& match : shown.is_object() ? shown.at("matches") : json::array())
            if (match.at("entity_id") == id) return match;
    }
    return nullptr;
}

std::optional<Evidence> of_entities(const store::ClaimedJob& job, const contract::JobType& type,
                                    store::Knowledge& knowledge) {
    contract::Passage passage;
    passage.payload = job.payload;
    auto items = ordered_json::array();
    for (const auto& member : type.describes) {
        const auto id = job.payload.is_object() ? job.payload.find(member) : job.payload.end();
        if (id == job.payload.end() || !id->is_number_integer())
            throw PermanentError("job " + std::to_string(job.job_id) + " has no \"" + member +
                                 "\" in its payload");
        const auto match = match_of(job, id->get<std::int64_t>(), knowledge);
        if (match.is_null()) return std::nullopt;
        const auto account = entity_account(match, most_of_a_kind).dump();
        const auto start = text::code_point_count(passage.text);
        passage.text += account + "\n";
        items.push_back({{"source_page_id", nullptr},
                         {"chunk_id", nullptr},
                         {"entity_id", *id},
                         {"locator", nullptr},
                         {"title", nullptr},
                         {"char_start", start},
                         {"char_end", start + text::code_point_count(account)},
                         {"content", account}});
    }
    return Evidence{std::move(passage),
                    bundle_of("entity_accounts", std::nullopt, std::move(items))};
}

}  // namespace

ordered_json entity_account(const json& match, std::size_t most) {
    auto relations = ordered_json::array();
    std::vector<std::string> quotes;
    const auto quote = [&](const json& evidence) {
        for (const auto& one : evidence) {
            const auto text = one.value("quote", std::string());
            if (quotes.size() < most &&
                std::find(quotes.begin(), quotes.end(), text) == quotes.end())
                quotes.push_back(text);
        }
    };
    for (const auto& relation : match.value("relations", json::array())) {
        if (relations.size() == most) break;
        const auto other = relation.at("other").value("name", std::string());
        const auto name = match.value("name", std::string());
        const bool out = relation.value("direction", std::string()) == "out";
        relations.push_back((out ? name : other) + " " +
                            relation.value("relation_type", std::string()) + " " +
                            (out ? other : name));
        quote(relation.value("evidence", json::array()));
    }
    quote(match.value("evidence", json::array()));
    return {
        {"entity_id", match.at("entity_id")}, {"name", match.at("name")},
        {"type", match.at("type")},           {"aliases", match.value("aliases", json::array())},
        {"relations", std::move(relations)},  {"quotes", quotes}};
}

std::optional<Evidence> evidence_for(const store::ClaimedJob& job, const contract::JobType& type,
                                     const config::Settings& settings,
                                     const config::ModelProfile& profile,
                                     store::Knowledge& knowledge) {
    if (!type.describes.empty()) return of_entities(job, type, knowledge);
    const auto name = "job " + std::to_string(job.job_id);
    if (!job.source_page_id) throw PermanentError(name + " names no page");
    const auto page = knowledge.page(*job.source_page_id);
    if (type.unit == contract::Unit::page) return of_page(job, page, settings, profile);
    if (!job.chunk_id) throw PermanentError(name + " names no chunk");
    return of_chunk(job, type, page, settings, profile, knowledge);
}

Evidence part_of(const Evidence& whole, contract::Passage part) {
    auto bundle = whole.bundle;
    bundle["bounding_policy"]["strategy"] = "chunk_part";
    auto& item = bundle["items"].at(0);
    item["char_start"] = part.offset;
    item["char_end"] = part.offset + text::code_point_count(part.text);
    item["content"] = part.text;
    return {std::move(part), std::move(bundle)};
}

}  // namespace almagest::work
