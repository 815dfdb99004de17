#include "contract/decoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace almagest::contract {
namespace {

using nlohmann::json;

const std::set<std::string, std::less<>>& followed() {
    static const std::set<std::string, std::less<>> keywords{
        "$schema",   "$comment", "$ref",  "title",     "description", "default",
        "examples",  "type",     "enum",  "const",     "properties",  "required",
        "items",     "minItems", "anyOf", "maxItems",  "minimum",     "maximum",
        "minLength", "pattern",  "oneOf", "maxLength", "definitions", "additionalProperties"};
    return keywords;
}

class Decoding {
  public:
    std::vector<std::string> faults;

    void check(const json& schema, const json::json_pointer& at) {
        if (!schema.is_object()) {
            say(at, "allows anything");
            return;
        }
        for (const auto& [keyword, value] : schema.items()) {
            if (!keyword.starts_with("x-") && !followed().contains(keyword))
                say(at, fmt::format("uses \"{}\", which decoders pass over", keyword));
        }
        if (schema.contains("properties") || schema.value("type", json()) == "object")
            check_object(schema, at);
        if (schema.value("type", json()) == "array") check_list(schema, at);
        for (const auto* several : {"anyOf", "oneOf"}) {
            for (const auto& one : schema.value(several, json::array())) check(one, at / several);
        }
        const auto definitions = schema.value("definitions", json::object());
        for (const auto& [name, one] : definitions.items()) check(one, at / "definitions" / name);
    }

    void say(const json::json_pointer& at, const std::string& what) {
        const auto text = at.to_string();
        faults.push_back(
            fmt::format("output.schema.json at {} {}", text.empty() ? "its root" : text, what));
    }

  private:
    void check_object(const json& schema, const json::json_pointer& at) {
        // A member for each name or sentence: narrowed, the members are listed and no others left.
        const auto narrowed = schema.value("x-narrow", std::string());
        const auto others = schema.value("additionalProperties", json(true));
        if (others.is_object() && (narrowed == "names" || narrowed == "sentences"))
            check(others, at / "additionalProperties");
        else if (others != json(false))
            say(at, "lacks \"additionalProperties\": false");
        const auto required = schema.value("required", json::array());
        const auto properties = schema.value("properties", json::object());
        for (const auto& [name, one] : properties.items()) {
            if (std::find(required.begin(), required.end(), name) == required.end())
                say(at,
                    fmt::format("does not require \"{}\"; let it be \"\" or empty instead", name));
            check(one, at / "properties" / name);
        }
    }

    void check_list(const json& schema, const json::json_pointer& at) {
        if (!schema.contains("maxItems")) say(at, "is a list without \"maxItems\"");
        if (!schema.contains("items"))
            say(at, "is a list without \"items\"");
        else if (schema["items"].is_array())
            check_tuple(schema, at);
        else
            check(schema["items"], at / "items");
    }

    void check_tuple(const json& schema, const json::json_pointer& at) {
        const auto& items = schema["items"];
        if (schema.value("minItems", json()) != items.size() ||
            schema.value("maxItems", json()) != items.size())
            say(at, "lists its items, but its \"minItems\" and \"maxItems\" are not their number");
        for (std::size_t i = 0; i < items.size(); ++i) check(items[i], at / "items" / i);
    }
};

}  // namespace

std::vector<std::string> decoding_faults(const json& schema) {
    Decoding decoding;
    if (schema.value("type", json()) != "object")
        decoding.say(json::json_pointer(), "is not of the type object");
    decoding.check(schema, json::json_pointer());
    return decoding.faults;
}

}  // namespace almagest::contract
