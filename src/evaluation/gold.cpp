#include "evaluation/gold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "error/error.h"

namespace almagest::evaluation {

using nlohmann::json;

namespace {

constexpr std::array relation_lists{"relations", "triples", "relations_both_named"};

/// Numbers and strings alike; "" where there is none.
std::string word(const json& holder, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
        const auto found = holder.find(key);
        if (found == holder.end() || found->is_null()) continue;
        if (found->is_string()) return found->get<std::string>();
        if (found->is_number_integer()) return std::to_string(found->get<std::int64_t>());
    }
    return {};
}

std::string required(const json& holder, std::initializer_list<const char*> keys) {
    auto found = word(holder, keys);
    if (found.empty()) throw UsageError(fmt::format("has no \"{}\"", *keys.begin()));
    return found;
}

bool truth(const json& holder, const char* key) {
    const auto found = holder.find(key);
    return found != holder.end() && found->is_boolean() && found->get<bool>();
}

GoldThing thing_from(const json& item) {
    GoldThing thing;
    for (const char* list : {"names", "aliases"})
        for (const auto& name : item.value(list, json::array()))
            if (name.is_string()) thing.names.push_back(name);
    if (auto name = word(item, {"name"}); !name.empty())
        thing.names.insert(thing.names.begin(), std::move(name));
    if (thing.names.empty()) throw UsageError("has an entity without \"name\"");
    thing.id = word(item, {"id"});
    if (thing.id.empty()) thing.id = thing.names.front();
    const auto type = word(item, {"type"});
    thing.literal = truth(item, "literal") || type == "TIME" || type == "NUM";
    thing.optional = truth(item, "optional") || thing.literal;
    thing.date = word(item, {"date", "start", "start_date"});
    return thing;
}

/// `about`: what a relation that names no head is about.
GoldRelation relation_from(const json& item, const std::string& about) {
    GoldRelation relation;
    relation.head = word(item, {"head", "from", "subject"});
    if (relation.head.empty()) relation.head = about;
    if (relation.head.empty()) throw UsageError("has a relation without \"head\"");
    relation.type = word(item, {"type", "predicate"});
    relation.tail = required(item, {"tail", "to", "object"});
    relation.start = word(item, {"start", "start_date"});
    relation.end = word(item, {"end", "end_date"});
    const auto said = item.find("in_text");
    const bool unsaid = said != item.end() && said->is_boolean() && !said->get<bool>();
    relation.optional = truth(item, "optional") || truth(item, "literal") || unsaid;
    if (truth(item, "date_optional")) relation.start = relation.end = "";
    return relation;
}

class Reader {
  public:
    void take(const json& line) {
        if (!line.is_object()) throw UsageError("is no JSON object");
        // A document may be of a kind of its own: it has a text.
        const auto kind = word(line, {"kind"});
        if (kind.empty() || line.contains("text") || line.contains("content"))
            take_document(line);
        else
            take_item(kind, line);
    }

    std::vector<GoldDocument> close() {
        for (auto& document : documents_) add_ends(document);
        return std::move(documents_);
    }

  private:
    GoldDocument& document(const std::string& id) {
        const auto [place, is_new] = places_.try_emplace(id, documents_.size());
        if (is_new) documents_.emplace_back().id = id;
        return documents_[place->second];
    }

    void take_document(const json& line) {
        auto& gold = document(required(line, {"id", "doc", "page"}));
        gold.title = word(line, {"title"});
        gold.text = word(line, {"text", "content"});
        gold.page_type = word(line, {"primary_type", "class"});
        for (const auto& item : line.value("entities", json::array()))
            gold.entities.push_back(thing_from(item));
        for (const auto& item : line.value("events", json::array()))
            gold.events.push_back(thing_from(item));
        for (const auto& item : line.value("works", json::array()))
            gold.works.push_back(thing_from(item));
        for (const char* list : relation_lists)
            for (const auto& item : line.value(list, json::array())) {
                gold.relations.push_back(relation_from(item, word(line, {"name", "title"})));
                note_names(gold.relations.back(), item);
            }
        for (const auto& name : line.value("traps", json::array()))
            if (name.is_string()) gold.traps.push_back(name);
        for (const auto& fact : line.value("facts", json::array()))
            if (fact.is_string()) gold.facts.push_back(fact);
        gold.lists_entities = line.contains("entities");
        gold.lists_relations = std::any_of(relation_lists.begin(), relation_lists.end(),
                                           [&](const char* list) { return line.contains(list); });
        gold.lists_events = line.contains("events");
        gold.lists_works = line.contains("works");
    }

    /// Ends may be given by an id and, beside it, by what the text calls them.
    void note_names(const GoldRelation& relation, const json& item) {
        for (const char* member : {"head_name", "tail_name", "tail_surface"}) {
            const auto name = word(item, {member});
            if (name.empty()) continue;
            auto& names = names_[member[0] == 'h' ? relation.head : relation.tail];
            names.insert(name);
        }
    }

    /// An item stands for the page that it names, or for those where its evidence lies.
    void take_item(const std::string& kind, const json& line) {
        std::set<std::string> pages;
        if (auto page = word(line, {"page"}); !page.empty()) pages.insert(std::move(page));
        for (const auto& evidence : line.value("evidence", json::array()))
            if (auto page = word(evidence, {"page"}); !page.empty()) pages.insert(std::move(page));
        if (pages.empty()) throw UsageError("names no \"page\"");
        for (const auto& page : pages) {
            auto& gold = document(page);
            if (kind == "entity") gold.entities.push_back(thing_from(line));
            if (kind == "event") gold.events.push_back(thing_from(line));
            if (kind == "work") gold.works.push_back(thing_from(line));
            if (kind == "relation") gold.relations.push_back(relation_from(line, ""));
            if (kind == "page") gold.page_type = word(line, {"primary_type", "class"});
            if (kind == "trap" && line.contains("name")) gold.traps.push_back(word(line, {"name"}));
        }
        if (kind == "entity" || kind == "event" || kind == "work") {
            const auto thing = thing_from(line);
            for (const auto& name : thing.names) names_[thing.id].insert(name);
            named_by_id_.insert(thing.id);
        }
    }

    /// Ends of relations that the document does not list are optional things, named as elsewhere.
    void add_ends(GoldDocument& gold) {
        std::set<std::string> known;
        for (const auto* list : {&gold.entities, &gold.events, &gold.works})
            for (const auto& thing : *list) {
                known.insert(thing.id);
                known.insert(thing.names.begin(), thing.names.end());
            }
        for (const auto& relation : gold.relations)
            for (const auto& end : {relation.head, relation.tail}) {
                if (!known.insert(end).second) continue;
                GoldThing thing;
                thing.id = end;
                thing.optional = true;
                if (const auto named = names_.find(end); named != names_.end())
                    thing.names.assign(named->second.begin(), named->second.end());
                if (thing.names.empty() || !named_by_id_.contains(end)) thing.names.push_back(end);
                gold.entities.push_back(std::move(thing));
            }
    }

    std::vector<GoldDocument> documents_;
    std::map<std::string, std::size_t> places_;
    std::map<std::string, std::set<std::string>> names_;
    std::set<std::string> named_by_id_;  // whose ids are no names
};

}  // namespace

std::vector<GoldDocument> read_gold(std::string_view json_lines, const std::string& file) {
    Reader reader;
    std::size_t number = 0;
    while (!json_lines.empty()) {
        const auto end = json_lines.find('\n');
        const auto line = json_lines.substr(0, end);
        json_lines.remove_prefix(end == std::string_view::npos ? json_lines.size() : end + 1);
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        try {
            reader.take(json::parse(line));
        } catch (const json::exception&) {
            throw UsageError(
                fmt::format("{}:{}: is not JSON of the form that docs/evaluation.md "
                            "describes",
                            file, number));
        } catch (const UsageError& error) {
            throw UsageError(fmt::format("{}:{}: {}; docs/evaluation.md describes the form", file,
                                         number, error.what()));
        }
    }
    auto documents = reader.close();
    if (documents.empty()) throw UsageError(file + " holds no gold");
    return documents;
}

}  // namespace almagest::evaluation
