#include "contract/short_names.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "contract/support.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

struct Named {
    std::string name;
    std::string key;
    std::vector<text::Range> places;
};

bool is_end_of(const std::string& part, const std::string& whole) {
    return whole.size() > part.size() + 1 &&
           (whole.starts_with(part + " ") || whole.ends_with(" " + part));
}

std::vector<Named> named(const ShortNameRule& rule, const nlohmann::json& items,
                         std::string_view passage) {
    std::vector<Named> found;
    for (const auto& item : items) {
        if (!item.is_object()) continue;
        const auto value = text_of(item, rule.member);
        if (std::find(rule.values.begin(), rule.values.end(), value) == rule.values.end()) continue;
        auto mention = find_mention(passage, trimmed_name(text_of(item, "name")));
        if (mention.name.empty() || mention.places.empty()) continue;
        auto key = text::name_key(mention.name);
        found.push_back({std::move(mention.name), std::move(key), std::move(mention.places)});
    }
    return found;
}

/// Where it stands for the first time by itself; nullopt: only inside longer names.
std::optional<std::size_t> first_alone(const Named& part, const std::vector<Named>& all) {
    for (const auto& place : part.places) {
        const bool inside = std::any_of(all.begin(), all.end(), [&](const Named& one) {
            return std::any_of(one.places.begin(), one.places.end(), [&](const text::Range& other) {
                return other != place && other.contains(place);
            });
        });
        if (!inside) return place.start;
    }
    return std::nullopt;
}

}  // namespace

ShortNames short_names(const ShortNameRule& rule, const nlohmann::json& items,
                       std::string_view passage) {
    const auto all = named(rule, items, passage);
    ShortNames found;
    for (const auto& part : all) {
        const auto first = first_alone(part, all);
        std::vector<const Named*> wholes;
        for (const auto& one : all)
            if (first && one.places.front().start < *first && is_end_of(part.key, one.key))
                wholes.push_back(&one);
        if (wholes.size() == 1) found.emplace(part.key, ShortName{part.name, wholes.front()->name});
    }
    return found;
}

Mention find_mention(std::string_view passage, const std::string& name,
                     const ShortNames& short_names) {
    const auto full = short_names.find(text::name_key(name));
    auto mention = find_mention(passage, full == short_names.end() ? name : full->second.full);
    const auto in_full = mention.places;
    const auto key = text::name_key(mention.name);
    for (const auto& [short_key, short_name] : short_names) {
        if (text::name_key(short_name.full) != key) continue;
        for (const auto& place : text::find_words(passage, short_name.name))
            if (std::none_of(in_full.begin(), in_full.end(),
                             [&](const text::Range& one) { return one.contains(place); }))
                mention.places.push_back(place);
    }
    std::sort(mention.places.begin(), mention.places.end(),
              [](const text::Range& a, const text::Range& b) { return a.start < b.start; });
    return mention;
}

std::string full_key(const std::string& key, const ShortNames& short_names) {
    const auto full = short_names.find(key);
    return full == short_names.end() ? key : text::name_key(full->second.full);
}

}  // namespace almagest::contract
