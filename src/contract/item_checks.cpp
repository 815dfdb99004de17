#include "contract/item_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "contract/mention.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

using nlohmann::json;

constexpr int spaces_of_a_phrase = 2;

bool is_phrase(std::string_view text) {
    return std::count(text.begin(), text.end(), ' ') >= spaces_of_a_phrase;
}

/// The values of an item's member or of the payload's, one or a list.
std::vector<json> values_of(const json& object, const std::string& member) {
    const auto found = object.is_object() ? object.find(member) : object.end();
    if (found == object.end()) return {};
    if (!found->is_array()) return {*found};
    return {found->begin(), found->end()};
}

}  // namespace

bool copies_the_prompt(const json& item, std::string_view prompt, std::string_view passage) {
    if (item.is_string()) {
        const auto& text = item.get_ref<const std::string&>();
        return is_phrase(text) && prompt.find(text) != std::string_view::npos &&
               text::find_words(passage, text).empty();
    }
    return item.is_structured() && std::any_of(item.begin(), item.end(), [&](const json& one) {
               return copies_the_prompt(one, prompt, passage);
           });
}

std::string identifier_fault(const IdentifierRule& rule, const json& item, const json& payload) {
    std::set<json> known;
    for (const auto& member : rule.among) {
        for (auto& value : values_of(payload, member)) known.insert(std::move(value));
    }
    std::set<json> seen;
    for (const auto& member : rule.members) {
        const auto values = values_of(item, member);
        if (values.empty()) return member + " is missing";
        for (const auto& value : values) {
            if (!known.contains(value))
                return fmt::format("{} {} is none of those asked about", member, value.dump());
            if (!seen.insert(value).second)
                return fmt::format("{} {} comes twice", member, value.dump());
        }
    }
    return {};
}

void look_up(const LookUpRule& rule, const std::vector<std::string>& mentions, const json& answer,
             json* item) {
    const auto list = answer.is_object() ? answer.find(rule.items) : answer.end();
    for (const auto& mention : mentions) {
        const auto key = text::name_key(item->value(mention, std::string()));
        for (const auto& take : rule.take) item->erase(fmt::format("{}_{}", mention, take));
        if (list == answer.end() || !list->is_array()) continue;
        for (const auto& one : *list) {
            const auto name = one.is_object() ? one.find(rule.by) : one.end();
            if (!one.is_object() || name == one.end() || !name->is_string()) continue;
            if (text::name_key(trimmed_name(name->get_ref<const std::string&>())) != key) continue;
            for (const auto& take : rule.take)
                if (one.contains(take)) (*item)[fmt::format("{}_{}", mention, take)] = one[take];
            break;
        }
    }
}

Stated stated(const json& value, std::string_view text) {
    const auto said = value.is_string()   ? trimmed_name(value.get_ref<const std::string&>())
                      : value.is_number() ? value.dump()
                                          : std::string();
    if (said.empty()) return Stated::not_at_all;
    if (!text::find_words(text, said).empty()) return Stated::word_for_word;
    return carries_every_word(text, said) ? Stated::in_its_words : Stated::not_at_all;
}

json as_map(const json& list, const std::string& key, const std::string& value) {
    auto map = json::object();
    for (const auto& one : list) {
        const auto name = one.find(key);
        const auto said = one.find(value);
        if (name == one.end() || said == one.end() || !name->is_string()) continue;
        const auto& text = name->get_ref<const std::string&>();
        if (!map.contains(text)) map[text] = *said;
    }
    return map;
}

}  // namespace almagest::contract
