#include "work/answer_check.h"

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

/// Ground what was parsed and found valid.
CheckedAnswer grounded(CheckedAnswer checked, const contract::JobType& type, const json& value,
                       const Call& call, double confidence, bool cut) {
    auto result = contract::ground(type, value, call.passage, confidence);
    checked.refusals = refusals_of(result.refusals);
    if (cut)
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
    checked.artifact["parsed"] = parsed->value;

    const bool cut = parsed->truncated || answer.finish_reason == "length";
    if (cut && !type.partial_answers)
        return refused(std::move(checked), "truncated",
                       "the model's answer broke off after " +
                           std::to_string(answer.usage.completion_tokens) + " tokens");
    if (const auto violations = schema.violations(parsed->value); !violations.empty()) {
        checked.artifact["violations"] = violations;
        return refused(std::move(checked), "schema_failed",
                       "the model's answer breaks its contract: " + violations.front());
    }
    const bool repaired = parsed->strategy == contract::ParseStrategy::repaired;
    return grounded(std::move(checked), type, parsed->value, call,
                    default_confidence * (repaired ? repaired_share : 1.0), cut);
}

}  // namespace almagest::work
