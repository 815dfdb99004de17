#include "contract/grounding_rules.h"

#include <fmt/format.h>

#include <set>

#include "contract/members.h"
#include "error/error.h"

namespace almagest::contract {
namespace {

using nlohmann::json;

DirectionRule direction_rule(const json& value, const std::string& where) {
    Members words(value, where + ": \"direction\"");
    DirectionRule rule{words.list("passive"), words.list("auxiliaries"),
                       words.list("verb_endings")};
    words.refuse_others();
    return rule;
}

WorkBoundRule work_bound_rule(const json& value, const std::string& where) {
    Members members(value, where + ": \"work_bounds\"");
    WorkBoundRule rule;
    rule.types = members.list("types");
    rule.items = members.text("items");
    rule.start = members.list("start");
    rule.joined = members.list("joined");
    rule.end = members.list("end");
    rule.within = members.list("within");
    rule.passing = members.list("passing");
    members.refuse_others();
    if (rule.types.empty())
        throw UsageError(where + ": \"work_bounds\" lacks \"types\", the types of works");
    return rule;
}

LookUpRule look_up_rule(const json& value, const std::string& where) {
    Members members(value, where + ": \"look_up\"");
    LookUpRule rule{members.text("items", true), members.text("by", true), members.list("take")};
    members.refuse_others();
    return rule;
}

std::vector<FamilyRule> family_rules(const json& list, const std::string& where) {
    if (!list.is_array()) throw UsageError(where + ": \"families\" is no list");
    std::vector<FamilyRule> rules;
    for (const auto& value : list) {
        Members members(value, where + ": \"families\"");
        rules.push_back({members.text("family", true), members.list("types"),
                         members.list("time_words"), members.list("between"),
                         members.list("told")});
        members.refuse_others();
    }
    return rules;
}

OccurrenceKind occurrence_kind(const json& value, const std::string& where) {
    Members members(value, where);
    OccurrenceKind kind{members.text("type", true), members.text("title", true),
                        members.text("role", true), members.list("of"),
                        members.list("words"),      members.list("passives"),
                        members.list("actives")};
    members.refuse_others();
    if (kind.title.find("{name}") == std::string::npos)
        throw UsageError(where + ": the title of \"" + kind.type + "\" lacks \"{name}\"");
    if (kind.of.empty() || (kind.words.empty() && kind.passives.empty() && kind.actives.empty()))
        throw UsageError(where + ": \"" + kind.type +
                         "\" needs \"of\", and \"words\", \"passives\" or \"actives\"");
    return kind;
}

OccurrenceRule occurrence_rule(const json& value, const std::string& where) {
    Members members(value, where);
    OccurrenceRule rule{members.list("between"),      members.list("auxiliaries"),
                        members.list("prepositions"), members.list("articles"),
                        members.list("joining"),      {}};
    const auto* kinds = members.find("kinds");
    if (kinds == nullptr || !kinds->is_array() || kinds->empty())
        throw UsageError(where + " lacks \"kinds\", a list");
    for (const auto& kind : *kinds) rule.kinds.push_back(occurrence_kind(kind, where));
    members.refuse_others();
    return rule;
}

ShortNameRule short_name_rule(const json& value, const std::string& where) {
    Members members(value, where + ": \"short_names\"");
    ShortNameRule rule{members.text("member", true), members.list("values")};
    members.refuse_others();
    return rule;
}

IdentifierRule identifier_rule(const json& value, const std::string& where) {
    Members members(value, where + ": \"identifiers\"");
    IdentifierRule rule{members.list("members"), members.list("among")};
    members.refuse_others();
    if (rule.members.empty() || rule.among.empty())
        throw UsageError(where + ": \"identifiers\" needs \"members\" and \"among\"");
    return rule;
}

CompactForm compact_form(const json& value, const std::string& where) {
    Members members(value, where + ": \"compact\"");
    CompactForm form{members.text("member", true), members.text("key", true), members.text("value"),
                     members.list("tuple"), members.list("without")};
    members.refuse_others();
    if (form.value.empty() == form.tuple.empty())
        throw UsageError(where + ": \"compact\" needs one of \"value\" and \"tuple\"");
    return form;
}

/// time_bounds: true, or a mapping that says where.
void read_time_bounds(const json& value, const std::string& where, GroundingRule* rule) {
    rule->time_bounds = true;
    if (value.is_boolean()) {
        rule->time_bounds = value.get<bool>();
        return;
    }
    if (!value.is_object())
        throw UsageError(where + ": \"time_bounds\" is neither true, false nor a mapping");
    Members members(value, where + ": \"time_bounds\"");
    rule->bounded_member = members.text("member");
    rule->bounded_values = members.list("values");
    rule->time_words = members.list("words");
    members.refuse_others();
}

GroundingRule grounding_rule(const json& value, const std::string& where, bool is_nested) {
    Members members(value, where);
    GroundingRule rule;
    if (const auto* items = members.find("items")) {
        if (!items->is_string()) throw UsageError(where + ": \"items\" is no text");
        rule.items = items->get<std::string>();
    }
    if (const auto* form = members.find("compact")) {
        if (is_nested || rule.items.empty())
            throw UsageError(where + ": \"compact\" goes with the \"items\" of the whole answer");
        rule.compact = compact_form(*form, where);
    }
    rule.mentions = members.list("mentions");
    rule.optional_mentions = members.list("optional_mentions");
    rule.named_in = members.text("named_in");
    rule.value = members.text("value");
    rule.quote = members.text("quote");
    rule.sentence = members.text("sentence");
    rule.wording = members.text("wording");
    rule.description = members.text("description");
    if (const auto* bounds = members.find("time_bounds")) read_time_bounds(*bounds, where, &rule);
    if (const auto* works = members.find("work_bounds"))
        rule.work_bounds = work_bound_rule(*works, where);
    if (const auto* look_up = members.find("look_up")) rule.look_up = look_up_rule(*look_up, where);
    if (const auto* families = members.find("families"))
        rule.families = family_rules(*families, where);
    if (const auto* told = members.find("occurrences"))
        rule.occurrences = occurrence_rule(*told, where + ": \"occurrences\"");
    if (const auto* names = members.find("short_names"))
        rule.short_names = short_name_rule(*names, where);
    if (const auto* ids = members.find("identifiers"))
        rule.identifiers = identifier_rule(*ids, where);
    if (const auto* direction = members.find("direction"))
        rule.direction = direction_rule(*direction, where);
    if (is_nested) {
        rule.needed = members.truth("needed");
        rule.map_key = members.text("map_key");
        rule.map_value = members.text("map_value");
        if (rule.items.empty()) throw UsageError(where + " lacks \"items\"");
        if (rule.map_key.empty() != rule.map_value.empty())
            throw UsageError(where + " has one of \"map_key\" and \"map_value\"; give both");
    } else if (const auto* nested = members.find("nested")) {
        if (!nested->is_array()) throw UsageError(where + ": \"nested\" is no list of rules");
        for (std::size_t i = 0; i < nested->size(); ++i)
            rule.nested.push_back(
                grounding_rule((*nested)[i], fmt::format("{}: nested {}", where, i + 1), true));
    }
    members.refuse_others();
    return rule;
}

std::string name_of(const GroundingRule& rule) {
    return rule.items.empty() ? "the whole answer" : "\"" + rule.items + "\"";
}

/// Members of an item that its rule reads.
std::vector<std::string> members_read(const GroundingRule& rule) {
    auto members = rule.mentions;
    members.insert(members.end(), rule.optional_mentions.begin(), rule.optional_mentions.end());
    for (const auto* one : {&rule.value, &rule.quote, &rule.sentence, &rule.wording,
                            &rule.bounded_member, &rule.map_key, &rule.map_value}) {
        if (!one->empty()) members.push_back(*one);
    }
    if (rule.identifiers)
        members.insert(members.end(), rule.identifiers->members.begin(),
                       rule.identifiers->members.end());
    return members;
}

/// The schema of the items that a rule is for, within the schema that holds their list.
const json& items_of(const GroundingRule& rule, const json& schema) {
    if (rule.items.empty()) return schema;
    const auto list = json::json_pointer("/properties") / rule.items;
    if (!schema.contains(list)) {
        throw UsageError(fmt::format("job.yaml grounds {}, which output.schema.json does not have",
                                     name_of(rule)));
    }
    if (!schema.at(list).contains("items")) {
        throw UsageError(
            fmt::format("job.yaml grounds {}, which output.schema.json does not say to be a list",
                        name_of(rule)));
    }
    return schema.at(list).at("items");
}

/// The members that a compact form gives its items.
std::set<std::string> members_given(const CompactForm& form) {
    std::set<std::string> members{form.key};
    members.insert(form.tuple.begin(), form.tuple.end());
    if (!form.value.empty()) members.insert(form.value);
    return members;
}

void check_compact(const GroundingRule& rule, const json& schema) {
    const auto& form = *rule.compact;
    if (!schema.contains(json::json_pointer("/properties") / form.member))
        throw UsageError(fmt::format(
            "job.yaml unfolds \"{}\", which output.schema.json does not have", form.member));
    const auto given = members_given(form);
    for (const auto& member : members_read(rule))
        if (!given.contains(member))
            throw UsageError(
                fmt::format("job.yaml grounds {} by \"{}\", which its compact form "
                            "does not give",
                            name_of(rule), member));
}

}  // namespace

std::vector<GroundingRule> grounding_rules(const json& list, const std::string& where) {
    if (!list.is_array()) throw UsageError(where + " is no list of rules");
    std::vector<GroundingRule> rules;
    for (std::size_t i = 0; i < list.size(); ++i)
        rules.push_back(grounding_rule(list[i], fmt::format("{} rule {}", where, i + 1), false));
    return rules;
}

void check_grounding(const std::vector<GroundingRule>& rules, const json& schema) {
    std::set<std::string> seen;
    for (const auto& rule : rules) {
        if (!seen.insert(rule.items).second) {
            throw UsageError(fmt::format("job.yaml has two grounding rules for {}", name_of(rule)));
        }
        if (rule.compact) {
            check_compact(rule, schema);
            continue;
        }
        const auto& items = items_of(rule, schema);
        if (!items.contains("properties")) continue;  // described by reference
        for (const auto& member : members_read(rule)) {
            if (!items.at("properties").contains(member)) {
                throw UsageError(fmt::format(
                    "job.yaml grounds {} by \"{}\", which output.schema.json does not have",
                    name_of(rule), member));
            }
        }
        if (rule.look_up &&
            !schema.contains(json::json_pointer("/properties") / rule.look_up->items)) {
            throw UsageError(fmt::format(
                "job.yaml looks {} up in \"{}\", which output.schema.json does not have",
                name_of(rule), rule.look_up->items));
        }
        check_grounding(rule.nested, items);
    }
}

}  // namespace almagest::contract
