#include "contract/members.h"

#include <fmt/format.h>

#include "error/error.h"

namespace almagest::contract {

using nlohmann::json;

Members::Members(const json& object, std::string where)
    : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw UsageError(where_ + " is no mapping");
}

const json* Members::find(const std::string& key) {
    known_.insert(key);
    const auto member = object_.find(key);
    return member == object_.end() || member->is_null() ? nullptr : &*member;
}

std::string Members::text(const std::string& key, bool required) {
    const auto* value = find(key);
    if (value == nullptr) {
        if (required) throw UsageError(fmt::format("{} lacks \"{}\"", where_, key));
        return {};
    }
    if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
        throw UsageError(fmt::format("{}: \"{}\" is no text", where_, key));
    }
    return value->get<std::string>();
}

std::optional<std::string> Members::optional_text(const std::string& key) {
    auto value = text(key);
    if (value.empty()) return std::nullopt;
    return value;
}

std::vector<std::string> Members::list(const std::string& key) {
    const auto* value = find(key);
    if (value == nullptr) return {};
    std::vector<std::string> list;
    for (const auto& one : value->is_array() ? *value : json::array({*value})) {
        if (!one.is_string() || one.get_ref<const std::string&>().empty())
            throw UsageError(fmt::format("{}: \"{}\" is no list of texts", where_, key));
        list.push_back(one.get<std::string>());
    }
    return list;
}

std::int64_t Members::number(const std::string& key, std::int64_t standard, std::int64_t least,
                             std::int64_t most) {
    const auto* value = find(key);
    if (value == nullptr) return standard;
    if (!value->is_number_integer() || *value < least || *value > most) {
        throw UsageError(fmt::format("{}: \"{}\" is {}, not a whole number from {} to {}", where_,
                                     key, value->dump(), least, most));
    }
    return value->get<std::int64_t>();
}

bool Members::truth(const std::string& key) {
    const auto* value = find(key);
    if (value != nullptr && !value->is_boolean()) {
        throw UsageError(fmt::format("{}: \"{}\" is neither true nor false", where_, key));
    }
    return value != nullptr && value->get<bool>();
}

void Members::refuse_others() const {
    for (const auto& [key, value] : object_.items()) {
        if (!known_.contains(key)) {
            throw UsageError(fmt::format("{} has the unknown key \"{}\"", where_, key));
        }
    }
}

}  // namespace almagest::contract
