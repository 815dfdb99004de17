#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "contract/prompt.h"
#include "error/error.h"
#include "text/code_points.h"

// Narrowing only ever adds a bound or tightens one, so that what fits the narrowed schema fits the
// contract's.

namespace almagest::contract {
namespace {

using json = nlohmann::ordered_json;  // members are asked for in the schema's own order

class Narrowing {
  public:
    explicit Narrowing(const Passage& passage) : passage_(passage) {}

    /// Narrows a schema and all below; false: nothing can fit it for this passage.
    bool apply(json* schema) const {
        if (!schema->is_object()) return true;
        bool possible = narrow_here(schema);
        possible = narrow_below(schema) && possible;
        if (schema->value("x-narrow", "") == "distinct_ends")
            possible = part_ends(schema) && possible;
        for (auto member = schema->begin(); member != schema->end();) {
            member = member.key().starts_with("x-") ? schema->erase(member) : std::next(member);
        }
        return possible;
    }

  private:
    bool narrow_here(json* schema) const {
        const auto how = schema->find("x-narrow");
        if (how == schema->end()) return true;
        if (*how == "entity_names") return to_entity_names(schema);
        if (*how == "sentence") return to_sentences(schema);
        if (*how == "item_cap") return cap_items(schema);
        if (*how == "payload") return to_payload(schema);
        if (*how == "names") return to_members_by_name(schema);
        if (*how == "sentences") return to_members_by_sentence(schema);
        if (*how == "distinct_ends") return true;  // when its ends are narrowed
        if (*how == "name_cap") return cap_by_names(schema);
        if (*how == "sentence_ends") return to_ends(schema);
        throw UsageError(
            fmt::format("the schema has the unknown \"x-narrow\" {}; known are entity_names, "
                        "sentence, item_cap, "
                        "payload, names, sentences, name_cap, distinct_ends and sentence_ends",
                        how->dump()));
    }

    bool narrow_below(json* schema) const {
        bool possible = true;
        if (auto* properties = member(schema, "properties")) {
            const auto required = schema->value("required", json::array());
            for (auto& [name, one] : properties->items()) {
                const bool fits = apply(&one);
                const bool needed =
                    std::find(required.begin(), required.end(), name) != required.end();
                possible = possible && (fits || !needed);
            }
        }
        for (const auto* key : {"definitions", "patternProperties", "dependencies"}) {
            if (auto* named = member(schema, key)) {
                for (auto& one : *named) apply(&one);
            }
        }
        for (const auto* key : {"additionalProperties", "additionalItems", "contains",
                                "propertyNames", "if", "then", "else", "not"}) {
            if (auto* one = member(schema, key)) apply(one);
        }
        for (const auto* key : {"allOf", "anyOf", "oneOf"}) {
            if (!schema->contains(key)) continue;
            for (auto& one : (*schema)[key]) apply(&one);
        }
        return narrow_items(schema) && possible;
    }

    bool narrow_items(json* schema) const {
        const auto items = schema->find("items");
        if (items == schema->end()) return true;
        if (items->is_array()) {
            bool possible = true;
            for (auto& one : *items) possible = apply(&one) && possible;
            return possible || schema->value("minItems", std::size_t{0}) < items->size();
        }
        if (apply(&*items)) return true;
        (*schema)["maxItems"] = 0;
        return schema->value("minItems", 0) == 0;
    }

    bool to_entity_names(json* schema) const {
        auto names = json::array();
        const auto least = schema->value("minLength", std::size_t{0});
        const auto most = schema->value("maxLength", std::size_t{100'000});
        for (const auto& name : passage_.entity_names) {
            const auto length = text::code_point_count(name);
            const bool fits = length >= least && length <= most;
            const auto listed = schema->find("enum");
            const bool allowed = listed == schema->end() ||
                                 std::find(listed->begin(), listed->end(), name) != listed->end();
            const bool is_new = std::find(names.begin(), names.end(), name) == names.end();
            if (fits && allowed && is_new) names.push_back(name);
        }
        if (names.empty()) return false;
        (*schema)["enum"] = std::move(names);
        return true;
    }

    /// The names that the sentence which is being narrowed for may be about.
    bool to_ends(json* schema) const {
        if (!passage_.names || !sentence_) return true;
        auto names = json::array();
        for (const auto name : passage_.names->ends[*sentence_])
            names.push_back(passage_.names->names[name]);
        if (names.empty()) return false;
        (*schema)["enum"] = std::move(names);
        return true;
    }

    bool to_members_by_name(json* schema) const {
        if (!passage_.names) return true;
        auto members = json::object();
        for (const auto& name : passage_.names->names)
            members[name] = schema->value("additionalProperties", json::object());
        require_all(schema, std::move(members));
        return true;
    }

    bool to_members_by_sentence(json* schema) const {
        const auto pattern = schema->value("additionalProperties", json::object());
        auto members = json::object();
        for (std::size_t i = 0; i < passage_.sentences.size(); ++i) {
            auto one = pattern;
            Narrowing inside(passage_);
            inside.sentence_ = i;
            inside.apply(&one);
            // Two ends that can only be the same name relate nothing.
            const bool alone = passage_.names && passage_.names->ends[i].size() < 2;
            if (!alone && one.value("maxItems", 1) > 0)
                members[std::to_string(i + 1)] = std::move(one);
        }
        require_all(schema, std::move(members));
        return true;
    }

    /// One form for each first end of a list's items: the last end is another, and one of the two
    /// stands in the sentence.
    bool part_ends(json* schema) const {
        const auto items = schema->value("items", json::array());
        if (items.empty() || !items.front().contains("enum") || !items.back().contains("enum"))
            return true;
        auto forms = json::array();
        for (const auto& first : items.front().at("enum")) {
            auto others = json::array();
            for (const auto& last : items.back().at("enum"))
                if (last != first && (is_in_sentence(first) || is_in_sentence(last)) &&
                    !are_unrelated(first, last))
                    others.push_back(last);
            if (others.empty()) continue;
            auto form = *schema;
            form.erase("x-narrow");
            form["items"].front()["enum"] = json::array({first});
            form["items"].back()["enum"] = std::move(others);
            forms.push_back(std::move(form));
        }
        if (forms.empty()) return false;
        *schema = json{{"anyOf", std::move(forms)}};
        return true;
    }

    bool are_unrelated(const json& first, const json& last) const {
        if (!passage_.names || !sentence_ || passage_.names->unrelated.empty()) return false;
        const auto& names = passage_.names->names;
        const auto at = [&](const json& name) {
            return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) -
                                            names.begin());
        };
        return passage_.names->unrelated[*sentence_].contains({at(first), at(last)});
    }

    bool is_in_sentence(const json& name) const {
        if (!passage_.names || !sentence_) return true;
        const auto& here = passage_.names->in_sentence[*sentence_];
        return std::any_of(here.begin(), here.end(),
                           [&](std::size_t one) { return passage_.names->names[one] == name; });
    }

    /// A sentence states few relations more than it has names; a small model fills every place.
    bool cap_by_names(json* schema) const {
        if (!passage_.names || !sentence_) return true;
        const auto here = std::max<std::size_t>(passage_.names->in_sentence[*sentence_].size(), 1);
        (*schema)["maxItems"] = std::min(schema->value("maxItems", here), here);
        return true;
    }

    static void require_all(json* schema, json members) {
        auto required = json::array();
        for (const auto& [name, unused] : members.items()) required.push_back(name);
        (*schema)["properties"] = std::move(members);
        (*schema)["required"] = std::move(required);
        (*schema)["additionalProperties"] = false;
    }

    bool to_payload(json* schema) const {
        auto values = json::array();
        for (const auto& member : schema->value("x-members", json::array())) {
            if (!member.is_string() || !passage_.payload.is_object()) continue;
            const auto value = passage_.payload.find(member.get_ref<const std::string&>());
            if (value != passage_.payload.end()) values.push_back(json(*value));
        }
        if (values.empty()) return false;
        (*schema)["enum"] = std::move(values);
        return true;
    }

    bool to_sentences(json* schema) const {
        const auto count = static_cast<std::int64_t>(passage_.sentences.size());
        const auto least = std::max<std::int64_t>(schema->value("minimum", std::int64_t{1}), 1);
        const auto most = std::min(schema->value("maximum", count), count);
        if (least > most) return false;
        (*schema)["minimum"] = least;
        (*schema)["maximum"] = most;
        return true;
    }

    bool cap_items(json* schema) const {
        const auto sentences = static_cast<double>(passage_.sentences.size());
        auto cap =
            static_cast<std::int64_t>(std::ceil(sentences * schema->value("x-per-sentence", 1.0)));
        cap = std::max(cap, schema->value("x-at-least", std::int64_t{1}));
        if (schema->contains("x-at-most"))
            cap = std::min(cap, schema->at("x-at-most").get<std::int64_t>());
        if (schema->contains("maxItems"))
            cap = std::min(cap, schema->at("maxItems").get<std::int64_t>());
        (*schema)["maxItems"] = std::max(cap, schema->value("minItems", std::int64_t{0}));
        return true;
    }

    static json* member(json* schema, const char* key) {
        const auto found = schema->find(key);
        return found == schema->end() || !found->is_object() ? nullptr : &*found;
    }

    const Passage& passage_;
    std::optional<std::size_t> sentence_;  ///< that members are narrowed for, from 0
};

}  // namespace

json narrow(const json& schema, const Passage& passage) {
    auto narrowed = schema;
    Narrowing(passage).apply(&narrowed);
    return narrowed;
}

}  // namespace almagest::contract
