#include "contract/version_change.h"

#include <fmt/format.h>

#include <algorithm>

namespace almagest::contract {
namespace {

using nlohmann::json;

struct Reason {
    ChangeLevel level;
    std::string sentence;
};

std::string shown(const json::json_pointer& at) {
    const auto text = at.to_string();
    return text.empty() ? "the root" : text;
}

bool holds(const json& list, const json& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

/// Compares two schemas of one thing, the `what` schema.
class SchemaChange {
  public:
    SchemaChange(std::string what, std::vector<Reason>* reasons)
        : what_(std::move(what)), reasons_(reasons) {}

    void compare(const json& earlier, const json& later, const json::json_pointer& at) {
        if (earlier == later) return;
        if (!earlier.is_object() || !later.is_object()) {
            say(ChangeLevel::major, at, "is another schema");
            return;
        }
        const auto before = reasons_->size();
        compare_types(earlier, later, at);
        compare_members(earlier, later, at);
        compare_values(earlier, later, at);
        compare_bounds(earlier, later, at);
        if (earlier.contains("items") && later.contains("items"))
            compare(earlier["items"], later["items"], at / "items");
        if (reasons_->size() == before) compare_rest(earlier, later, at);
    }

  private:
    void say(ChangeLevel level, const json::json_pointer& at, const std::string& what) {
        reasons_->push_back({level, fmt::format("{}: {} {}", what_, shown(at), what)});
    }

    void compare_types(const json& earlier, const json& later, const json::json_pointer& at) {
        const auto old_type = earlier.value("type", json());
        const auto new_type = later.value("type", json());
        if (old_type != new_type)
            say(ChangeLevel::major, at,
                fmt::format("was of type {} and is now {}", old_type.dump(), new_type.dump()));
        if (earlier.contains("items") != later.contains("items"))
            say(ChangeLevel::major, at, "says otherwise what its items are");
    }

    void compare_members(const json& earlier, const json& later, const json::json_pointer& at) {
        const auto old_members = earlier.value("properties", json::object());
        const auto new_members = later.value("properties", json::object());
        const auto old_required = earlier.value("required", json::array());
        const auto new_required = later.value("required", json::array());
        for (const auto& [name, schema] : old_members.items()) {
            if (!new_members.contains(name)) {
                say(ChangeLevel::major, at, fmt::format("has no \"{}\" any more", name));
                continue;
            }
            if (holds(old_required, name) != holds(new_required, name))
                say(ChangeLevel::major, at,
                    fmt::format("requires \"{}\" {}", name,
                                holds(new_required, name) ? "now" : "no longer"));
            compare(schema, new_members[name], at / name);
        }
        for (const auto& [name, schema] : new_members.items()) {
            if (old_members.contains(name)) continue;
            const bool required = holds(new_required, name);
            say(required ? ChangeLevel::major : ChangeLevel::minor, at,
                fmt::format("has the new {} member \"{}\"", required ? "required" : "optional",
                            name));
        }
    }

    void compare_values(const json& earlier, const json& later, const json::json_pointer& at) {
        const auto old_values = earlier.value("enum", json::array());
        const auto new_values = later.value("enum", json::array());
        if (old_values.empty() != new_values.empty()) {
            say(new_values.empty() ? ChangeLevel::minor : ChangeLevel::major, at,
                new_values.empty() ? "may have any value now" : "may have certain values only now");
            return;
        }
        for (const auto& value : old_values)
            if (!holds(new_values, value))
                say(ChangeLevel::major, at, fmt::format("may no longer be {}", value.dump()));
        for (const auto& value : new_values)
            if (!holds(old_values, value))
                say(ChangeLevel::minor, at, fmt::format("may also be {}", value.dump()));
    }

    void compare_bounds(const json& earlier, const json& later, const json::json_pointer& at) {
        for (const auto* upper : {"maxItems", "maxLength", "maximum"})
            compare_bound(earlier, later, at, upper, true);
        for (const auto* lower : {"minItems", "minLength", "minimum"})
            compare_bound(earlier, later, at, lower, false);
    }

    void compare_bound(const json& earlier, const json& later, const json::json_pointer& at,
                       const char* bound, bool is_upper) {
        const auto old_bound = earlier.value(bound, json());
        const auto new_bound = later.value(bound, json());
        if (old_bound == new_bound) return;
        const bool wider =
            new_bound.is_null() ||
            (!old_bound.is_null() && (is_upper ? new_bound > old_bound : new_bound < old_bound));
        say(wider ? ChangeLevel::minor : ChangeLevel::patch, at,
            fmt::format("has a {} \"{}\"", wider ? "wider" : "narrower", bound));
    }

    /// Whatever else differs; remarks and hints for narrowing mislead nobody.
    void compare_rest(const json& earlier, const json& later, const json::json_pointer& at) {
        const auto rest = [](json schema) {
            for (const auto* known : {"title", "description", "default", "examples", "$comment",
                                      "properties", "items", "required"})
                schema.erase(known);
            for (auto member = schema.begin(); member != schema.end();)
                member = member.key().starts_with("x-") ? schema.erase(member) : std::next(member);
            return schema;
        };
        const bool remarks_only = rest(earlier) == rest(later);
        say(remarks_only ? ChangeLevel::patch : ChangeLevel::major, at,
            remarks_only ? "has other remarks" : "has other keywords");
    }

    std::string what_;
    std::vector<Reason>* reasons_;
};

void compare_settings(const json& earlier, const json& later, std::vector<Reason>* reasons) {
    json keys = earlier;
    keys.update(later);
    for (const auto& [key, value] : keys.items()) {
        if (key == "version" || earlier.value(key, json()) == later.value(key, json())) continue;
        const bool grave = key == "handler" || key == "unit" || key == "job_type";
        const bool possible = key == "grounding" || key == "partial_answers" || key == "after" ||
                              key == "continues" || key == "on_demand" || key == "describes";
        reasons->push_back({grave      ? ChangeLevel::major
                            : possible ? ChangeLevel::minor
                                       : ChangeLevel::patch,
                            fmt::format("job.yaml: another \"{}\"", key)});
    }
}

bool same_prompt(const JobType& earlier, const JobType& later) {
    return std::equal(earlier.prompt.begin(), earlier.prompt.end(), later.prompt.begin(),
                      later.prompt.end(), [](const PromptMessage& a, const PromptMessage& b) {
                          return a.role == b.role && a.text == b.text;
                      });
}

}  // namespace

std::string_view to_string(ChangeLevel level) {
    switch (level) {
        case ChangeLevel::none:
            return "none";
        case ChangeLevel::patch:
            return "patch";
        case ChangeLevel::minor:
            return "minor";
        case ChangeLevel::major:
            return "major";
    }
    return "unknown";
}

VersionChange compare(const JobType& earlier, const JobType& later) {
    std::vector<Reason> reasons;
    SchemaChange("output.schema.json", &reasons)
        .compare(json(earlier.output_schema), json(later.output_schema), json::json_pointer());
    SchemaChange("input.schema.json", &reasons)
        .compare(earlier.input_schema, later.input_schema, json::json_pointer());
    compare_settings(earlier.settings, later.settings, &reasons);
    if (!same_prompt(earlier, later))
        reasons.push_back({ChangeLevel::patch, "prompt.md: other words"});
    std::stable_sort(reasons.begin(), reasons.end(),
                     [](const Reason& a, const Reason& b) { return a.level > b.level; });
    VersionChange change;
    if (!reasons.empty()) change.needed = reasons.front().level;
    for (auto& reason : reasons) change.reasons.push_back(std::move(reason.sentence));
    return change;
}

ChangeLevel claimed(const Version& earlier, const Version& later) {
    if (later.major != earlier.major) return ChangeLevel::major;
    if (later.minor != earlier.minor) return ChangeLevel::minor;
    return later.patch != earlier.patch ? ChangeLevel::patch : ChangeLevel::none;
}

}  // namespace almagest::contract
