#include "work/answer_check.h"

#include "contract/compact_form.h"

namespace almagest::work {

using nlohmann::json;

namespace {

constexpr double repaired_share = 0.9;  // of the confidence of items whose JSON had to be mended

json refusals_of(const std::vector<contract::Refusal>& refusals) {
    auto rows = json::array();
    for (const auto& refusal : refusals)
        rows.push_back(
            {{"items", refusal.items}, {"reason", refusal.reason}, {"item", refusal.item}});
    return rows;
}

CheckedAnswer refused(CheckedAnswer checked, std::string outcome, std::string reason) {
    checked.outcome = std::move(outcome);
    checked.reason = std::move(reason);
    return checked;
}

/// What had to be guessed at is for a person to decide, however well its words stand in the text.
void send_to_review(json* value) {
    if (!value->is_structured()) return;
    if (value->is_object()) {
        const auto grounding = value->find("grounding");
        if (grounding != value->end() && *grounding != "none") *grounding = "fuzzy";
    }
    for (auto& member : *value) send_to_review(&member);
}

/// Lists that a cut answer did not come to are empty so far.
json with_all_lists(const contract::JobType& type, json value) {
    if (!value.is_object()) return value;
    for (const auto& rule : type.grounding) {
        const auto& member = rule.compact ? rule.compact->member : rule.items;
        if (!member.empty() && !value.contains(member))
            value[member] = rule.compact ? json::object() : json::array();
    }
    return value;
}

std::vector<std::string> violations_of(const contract::JobType& type, const Call& call,
                                       const contract::Schema& schema, const json& value,
                                       bool cut) {
    if (!cut) return schema.violations(value);
    auto of_a_part = call.request.schema;
    contract::allow_incomplete(type.grounding, &of_a_part);
    return contract::Schema(of_a_part).violations(value);
}

/// Ground what was parsed and found valid.
CheckedAnswer grounded(CheckedAnswer checked, const contract::JobType& type, const json& value,
                       const Call& call, double default_confidence, bool repaired) {
    auto result = contract::ground(type, value, call.passage,
                                   default_confidence * (repaired ? repaired_share : 1.0));
    if (repaired) send_to_review(&result.output);
    checked.refusals = refusals_of(result.refusals);
    if (checked.cut)
        checked.refusals.push_back(
            {{"items", ""},
             {"reason", "the answer broke off; only its complete items were kept"},
             {"item", nullptr}});
    checked.artifact["refusals"] = checked.refusals;
    checked.artifact["grounded"] = result.output;
    if (result.output.is_null())
        return refused(std::move(checked), "schema_failed",
                       "nothing of the model's answer stands in the passage");
    checked.grounded = std::move(result.output);
    return checked;
}

}  // namespace

CheckedAnswer check_answer(const contract::JobType& type, const Call& call,
                           const model::ChatAnswer& answer, double default_confidence) {
    CheckedAnswer checked;
    checked.artifact = {{"content", answer.content},
                        {"finish_reason", answer.finish_reason},
                        {"model", answer.model},
                        {"from_cache", answer.from_cache},
                        {"usage",
                         {{"prompt_tokens", answer.usage.prompt_tokens},
                          {"cached_tokens", answer.usage.cached_tokens},
                          {"completion_tokens", answer.usage.completion_tokens},
                          {"estimated", answer.usage_estimated}}}};
    const contract::Schema schema(call.request.schema);
    std::string why;
    const auto parsed = contract::parse_answer(answer.content, &why, largest_answer_bytes, &schema);
    if (!parsed)
        return refused(std::move(checked), "parse_failed",
                       "the model's answer is not JSON: " + why);
    checked.parse_strategy = contract::to_string(parsed->strategy);
    checked.artifact["parse_strategy"] = checked.parse_strategy;
    const bool repaired = parsed->strategy == contract::ParseStrategy::repaired;
    if (repaired) checked.artifact["repaired"] = parsed->notes;

    checked.cut = parsed->truncated || (answer.finish_reason == "length" &&
                                        parsed->strategy != contract::ParseStrategy::strict);
    const auto value = checked.cut ? with_all_lists(type, parsed->value) : parsed->value;
    checked.artifact["parsed"] = value;
    if (checked.cut && !type.partial_answers)
        return refused(std::move(checked), "truncated",
                       "the model's answer broke off after " +
                           std::to_string(answer.usage.completion_tokens) + " tokens");
    if (const auto violations = violations_of(type, call, schema, value, checked.cut);
        !violations.empty()) {
        checked.artifact["violations"] = violations;
        return refused(std::move(checked), "schema_failed",
                       "the model's answer breaks its contract: " + violations.front());
    }
    return grounded(std::move(checked), type, value, call, default_confidence, repaired);
}

}  // namespace almagest::work
