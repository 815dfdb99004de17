#include "work/answer_check.h"

#include <gtest/gtest.h>

namespace almagest::work {
namespace {

using nlohmann::json;

contract::JobType entities() {
    contract::JobType type;
    type.job_type = "entity_extraction";
    type.output_schema = nlohmann::ordered_json::parse(R"({
        "type": "object",
        "properties": {"entities": {"type": "array", "items": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "type": {"type": "string"}},
            "required": ["name", "type"]}}},
        "required": ["entities"]})");
    contract::GroundingRule rule;
    rule.items = "entities";
    rule.mentions = {"name"};
    type.grounding = {rule};
    return type;
}

Call call_about(const contract::JobType& type, std::string text) {
    Call call;
    call.passage = passage_of("A page", std::move(text), 100, "en");
    call.request.schema = type.output_schema;
    return call;
}

model::ChatAnswer answer_of(std::string content, std::string finish = "stop") {
    model::ChatAnswer answer;
    answer.content = std::move(content);
    answer.finish_reason = std::move(finish);
    return answer;
}

CheckedAnswer check(const contract::JobType& type, std::string content,
                    std::string finish = "stop") {
    return check_answer(type, call_about(type, "Vera met Tomas."),
                        answer_of(std::move(content), std::move(finish)), 0.9);
}

TEST(AnswerCheck, KeepsWhatStandsInThePassageAndSaysWhere) {
    const auto checked = check(entities(), R"({"entities":[{"name":"Tomas","type":"person"}]})");
    ASSERT_TRUE(checked.believed()) << checked.reason;
    const auto& entity = checked.grounded["entities"].at(0);
    EXPECT_EQ(entity["evidence"][0]["char_start"], 109);
    EXPECT_EQ(entity["evidence"][0]["quote"], "Tomas");
    EXPECT_EQ(entity["confidence"], 0.9);
    EXPECT_EQ(checked.parse_strategy, "strict");
}

TEST(AnswerCheck, RefusesAnItemThatStandsNowhereAndKeepsTheRest) {
    const auto checked = check(
        entities(),
        R"({"entities":[{"name":"Ada Byron","type":"person"},{"name":"Vera","type":"person"}]})");
    ASSERT_TRUE(checked.believed());
    EXPECT_EQ(checked.grounded["entities"].size(), 1U);
    ASSERT_EQ(checked.refusals.size(), 1U);
    EXPECT_EQ(checked.refusals[0]["item"]["name"], "Ada Byron");
}

TEST(AnswerCheck, FailsClosedOnProse) {
    const auto checked = check(entities(), "I could not find any entities, sorry.");
    EXPECT_EQ(checked.outcome, "parse_failed");
    EXPECT_TRUE(checked.grounded.is_null());
    EXPECT_EQ(checked.artifact["content"], "I could not find any entities, sorry.");
}

TEST(AnswerCheck, FailsClosedOnAnotherShape) {
    const auto checked = check(entities(), R"({"people":["Vera"]})");
    EXPECT_EQ(checked.outcome, "schema_failed");
    EXPECT_FALSE(checked.artifact["violations"].empty());
}

TEST(AnswerCheck, KeepsTheCompleteItemsOfACutAnswerOnlyWhereTheContractSaysSo) {
    const auto* cut = R"({"entities":[{"name":"Vera","type":"person"},{"name":"To)";
    EXPECT_EQ(check(entities(), cut, "length").outcome, "truncated");
    auto type = entities();
    type.partial_answers = true;
    const auto checked = check(type, cut, "length");
    ASSERT_TRUE(checked.believed()) << checked.reason;
    EXPECT_TRUE(checked.cut);
    EXPECT_EQ(checked.grounded["entities"].size(), 1U);
    EXPECT_EQ(checked.refusals.back()["reason"],
              "the answer broke off; only its complete items were kept");
}

TEST(AnswerCheck, ListsThatACutAnswerDidNotComeToAreEmptySoFar) {
    auto type = entities();
    type.partial_answers = true;
    type.output_schema["properties"]["places"] = type.output_schema["properties"]["entities"];
    type.output_schema["required"].push_back("places");
    contract::GroundingRule places;
    places.items = "places";
    places.mentions = {"name"};
    type.grounding.push_back(places);
    const auto* cut = R"({"entities":[{"name":"Vera","type":"person"},{"name":"To)";
    const auto checked = check(type, cut, "length");
    ASSERT_TRUE(checked.believed()) << checked.reason;
    EXPECT_EQ(checked.grounded["places"], json::array());
}

TEST(AnswerCheck, ACompleteAnswerOfTheGreatestLengthIsNotCut) {
    const auto checked =
        check(entities(), R"({"entities":[{"name":"Vera","type":"person"}]})", "length");
    ASSERT_TRUE(checked.believed()) << checked.reason;
    EXPECT_FALSE(checked.cut);
}

TEST(AnswerCheck, SendsAMendedAnswerToReviewWhateverItsConfidence) {
    const auto checked =
        check(entities(), R"({"entities":[{"name":'Vera',"type":"person","confidence":1.0,}]})");
    ASSERT_TRUE(checked.believed()) << checked.reason;
    const auto& entity = checked.grounded["entities"][0];
    EXPECT_EQ(entity["grounding"], "fuzzy");
    EXPECT_EQ(entity["evidence"][0]["grounding"], "fuzzy");
    EXPECT_FALSE(checked.artifact["repaired"].empty());
    const auto strict =
        check(entities(), R"({"entities":[{"name":"Vera","type":"person","confidence":1.0}]})");
    EXPECT_EQ(strict.grounded["entities"][0]["grounding"], "exact");
}

TEST(AnswerCheck, TrustsAMendedAnswerLess) {
    const auto checked = check(entities(), R"({"entities":[{"name":'Vera',"type":"person",}]})");
    ASSERT_TRUE(checked.believed()) << checked.reason;
    EXPECT_EQ(checked.parse_strategy, "repaired");
    EXPECT_DOUBLE_EQ(checked.grounded["entities"][0]["confidence"].get<double>(), 0.81);
}

}  // namespace
}  // namespace almagest::work
