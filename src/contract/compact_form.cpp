#include "contract/compact_form.h"

#include <algorithm>

namespace almagest::contract {
namespace {

using nlohmann::json;

bool is_no_item(const CompactForm& form, const json& value) {
    return value.is_string() &&
           std::find(form.without.begin(), form.without.end(),
                     value.get_ref<const std::string&>()) != form.without.end();
}

json item_of(const CompactForm& form, const std::string& key, const json& values) {
    if (!values.is_array() || values.size() != form.tuple.size()) return values;
    json item = {{form.key, key}};
    for (std::size_t i = 0; i < form.tuple.size(); ++i) item[form.tuple[i]] = values[i];
    return item;
}

json items_of(const CompactForm& form, const json& object) {
    auto items = json::array();
    for (const auto& [key, value] : object.items()) {
        if (!form.value.empty()) {
            if (!is_no_item(form, value)) items.push_back({{form.key, key}, {form.value, value}});
        } else if (value.is_array()) {
            for (const auto& values : value) items.push_back(item_of(form, key, values));
        }
    }
    return items;
}

}  // namespace

json unfolded(const std::vector<GroundingRule>& rules, json answer) {
    if (!answer.is_object()) return answer;
    json lists = json::object();
    for (const auto& rule : rules) {
        if (!rule.compact) continue;
        const auto object = answer.find(rule.compact->member);
        lists[rule.items] = object != answer.end() && object->is_object()
                                ? items_of(*rule.compact, *object)
                                : json::array();
    }
    for (const auto& rule : rules)
        if (rule.compact) answer.erase(rule.compact->member);
    answer.update(lists);
    return answer;
}

void allow_incomplete(const std::vector<GroundingRule>& rules, nlohmann::ordered_json* schema) {
    const auto properties = schema->find("properties");
    if (properties == schema->end()) return;
    for (const auto& rule : rules) {
        if (!rule.compact || !properties->contains(rule.compact->member)) continue;
        (*properties)[rule.compact->member].erase("required");
        auto& required = (*schema)["required"];
        if (!required.is_array()) continue;
        auto left = nlohmann::ordered_json::array();
        for (const auto& member : required)
            if (member != rule.compact->member) left.push_back(member);
        required = std::move(left);
    }
}

}  // namespace almagest::contract
