#include "contract/schema_coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "contract/schema_pattern.h"
#include "error/error.h"

namespace almagest::contract {
namespace {

using nlohmann::json;

/// What a keyword's value holds.
enum class Holds { remark, value, schema, schema_or_list, list, map };

const std::map<std::string, Holds, std::less<>>& keywords() {
    static const std::map<std::string, Holds, std::less<>> known{
        {"$schema", Holds::value},
        {"$comment", Holds::remark},
        {"$ref", Holds::value},
        {"title", Holds::remark},
        {"description", Holds::remark},
        {"default", Holds::remark},
        {"examples", Holds::remark},
        {"readOnly", Holds::remark},
        {"writeOnly", Holds::remark},
        {"definitions", Holds::map},
        {"type", Holds::value},
        {"enum", Holds::value},
        {"const", Holds::value},
        {"multipleOf", Holds::value},
        {"maximum", Holds::value},
        {"exclusiveMaximum", Holds::value},
        {"minimum", Holds::value},
        {"exclusiveMinimum", Holds::value},
        {"maxLength", Holds::value},
        {"minLength", Holds::value},
        {"pattern", Holds::value},
        {"items", Holds::schema_or_list},
        {"additionalItems", Holds::schema},
        {"maxItems", Holds::value},
        {"minItems", Holds::value},
        {"uniqueItems", Holds::value},
        {"contains", Holds::schema},
        {"maxProperties", Holds::value},
        {"minProperties", Holds::value},
        {"required", Holds::value},
        {"properties", Holds::map},
        {"patternProperties", Holds::map},
        {"additionalProperties", Holds::schema},
        {"propertyNames", Holds::schema},
        {"dependencies", Holds::map},
        {"if", Holds::schema},
        {"then", Holds::schema},
        {"else", Holds::schema},
        {"allOf", Holds::list},
        {"anyOf", Holds::list},
        {"oneOf", Holds::list},
        {"not", Holds::schema},
    };
    return known;
}

std::string shown(const json::json_pointer& at) {
    const auto text = at.to_string();
    return text.empty() ? "its root" : text;
}

[[noreturn]] void refuse(const json::json_pointer& at, const std::string& what) {
    throw UsageError(fmt::format("the schema at {} {}", shown(at), what));
}

class Coverage {
  public:
    explicit Coverage(const json& root) : root_(root) {}

    void check(const json& schema, const json::json_pointer& at) {
        if (schema.is_boolean()) return;
        if (!schema.is_object()) refuse(at, "is neither an object nor true or false");
        for (const auto& [keyword, value] : schema.items()) {
            if (keyword.starts_with("x-")) continue;
            const auto known = keywords().find(keyword);
            if (known == keywords().end()) refuse(at, unknown(keyword));
            check_values(keyword, value, at);
            descend(known->second, value, at / keyword);
        }
        check_references(schema, at, {});
    }

  private:
    static std::string unknown(const std::string& keyword) {
        if (keyword == "format") {
            return "uses \"format\", which the validator does not check; say it as a \"pattern\"";
        }
        if (keyword == "$id") return "uses \"$id\"; leave it out and refer by \"#/…\"";
        if (keyword == "$defs") return "uses \"$defs\"; call it \"definitions\", as draft 7 does";
        return fmt::format("uses \"{}\", which is no keyword of draft 7 that is covered", keyword);
    }

    void descend(Holds holds, const json& value, const json::json_pointer& at) {
        if (holds == Holds::schema_or_list) holds = value.is_array() ? Holds::list : Holds::schema;
        if (holds == Holds::schema) {
            check(value, at);
        } else if (holds == Holds::list) {
            if (!value.is_array() || value.empty()) refuse(at, "is no list of schemas");
            for (std::size_t i = 0; i < value.size(); ++i) check(value[i], at / i);
        } else if (holds == Holds::map) {
            if (!value.is_object()) refuse(at, "is no object of schemas");
            for (const auto& [name, schema] : value.items()) {
                if (schema.is_array()) continue;  // a dependency on members
                check(schema, at / name);
            }
        }
    }

    static void check_values(const std::string& keyword, const json& value,
                             const json::json_pointer& at) {
        if (keyword == "$schema") {
            const auto draft = value.is_string() ? value.get<std::string>() : "";
            if (draft.find("draft-07") == std::string::npos) {
                refuse(at,
                       fmt::format("names the draft {}; only draft-07 is covered", value.dump()));
            }
        } else if (keyword == "type") {
            check_types(value, at);
        } else if (keyword == "pattern") {
            if (!value.is_string()) refuse(at, "has a \"pattern\" that is no string");
            check_pattern(value.get<std::string>(), at);
        } else if (keyword == "patternProperties" && value.is_object()) {
            for (const auto& [pattern, schema] : value.items()) check_pattern(pattern, at);
        } else if (keyword == "enum" && (!value.is_array() || value.empty())) {
            refuse(at, "has an \"enum\" that is no list of values");
        } else if (keyword == "multipleOf" && !(value.is_number() && value.get<double>() > 0)) {
            refuse(at,
                   fmt::format("has a \"multipleOf\" that is not above 0 but {}", value.dump()));
        }
    }

    static void check_types(const json& value, const json::json_pointer& at) {
        static const std::set<std::string> types{"null",   "boolean", "object", "array",
                                                 "number", "string",  "integer"};
        for (const auto& type : value.is_array() ? value : json::array({value})) {
            if (!type.is_string() || !types.contains(type.get<std::string>())) {
                refuse(at, fmt::format("has the unknown type {}", type.dump()));
            }
        }
    }

    static void check_pattern(const std::string& pattern, const json::json_pointer& at) {
        if (const auto fault = pattern_fault(pattern)) {
            refuse(at, fmt::format("has the pattern \"{}\", which {}", pattern, *fault));
        }
    }

    /// Follows what applies to one and the same value, so that no circle keeps validation busy.
    void check_references(const json& schema, const json::json_pointer& at,
                          std::set<const json*> path) {
        if (!schema.is_object() || clear_.contains(&schema)) return;
        if (!path.insert(&schema).second) refuse(at, "refers to itself in a circle");
        if (const auto ref = schema.find("$ref"); ref != schema.end()) {
            check_references(target(*ref, at), at, path);
        }
        for (const auto* one : {"not", "if", "then", "else"}) {
            if (schema.contains(one)) check_references(schema[one], at / one, path);
        }
        for (const auto* several : {"allOf", "anyOf", "oneOf"}) {
            if (!schema.contains(several)) continue;
            for (const auto& one : schema[several]) check_references(one, at / several, path);
        }
        clear_.insert(&schema);
    }

    const json& target(const json& ref, const json::json_pointer& at) const {
        const auto text = ref.is_string() ? ref.get<std::string>() : "";
        if (!text.starts_with('#')) {
            refuse(at, fmt::format("refers to {}, outside the document", ref.dump()));
        }
        try {
            return root_.at(json::json_pointer(text.substr(1)));
        } catch (const json::exception&) {
            refuse(at, fmt::format("refers to {}, which is not there", ref.dump()));
        }
    }

    const json& root_;
    std::set<const json*> clear_;
};

}  // namespace

void check_schema_coverage(const json& schema) {
    if (!schema.is_object()) throw UsageError("the schema is no JSON object");
    Coverage(schema).check(schema, json::json_pointer());
}

bool uses_patterns(const json& schema) {
    if (schema.is_object() &&
        (schema.contains("pattern") || schema.contains("patternProperties"))) {
        return true;
    }
    return schema.is_structured() && std::any_of(schema.begin(), schema.end(), uses_patterns);
}

}  // namespace almagest::contract
