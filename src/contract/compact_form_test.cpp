#include "contract/compact_form.h"

#include <gtest/gtest.h>

namespace almagest::contract {
namespace {

using nlohmann::json;

std::vector<GroundingRule> rules() {
    GroundingRule entities;
    entities.items = "entities";
    entities.compact = CompactForm{"names", "name", "type", {}, {"none"}};
    GroundingRule relations;
    relations.items = "relations";
    relations.compact = CompactForm{"said", "sentence", "", {"subject", "predicate", "object"}, {}};
    return {entities, relations};
}

TEST(CompactForms, StandForListsOfItems) {
    const auto answer = json::parse(
        R"({"names": {"Ada": "person", "Survey": "group"}, "said": {"2": [["Ada", "led", "Survey"]]}})");
    EXPECT_EQ(unfolded(rules(), answer), json::parse(R"({
        "entities": [{"name": "Ada", "type": "person"}, {"name": "Survey", "type": "group"}],
        "relations": [{"sentence": "2", "subject": "Ada", "predicate": "led", "object": "Survey"}]})"));
}

TEST(CompactForms, LeaveOutWhatIsSaidToBeNoItem) {
    const auto answer = json::parse(R"({"names": {"Rain": "none"}, "said": {"1": []}})");
    EXPECT_EQ(unfolded(rules(), answer), json::parse(R"({"entities": [], "relations": []})"));
}

TEST(CompactForms, OfAnAnswerThatBrokeOffAreAsLongAsTheyCame) {
    EXPECT_EQ(unfolded(rules(), json::parse(R"({"names": {"Ada": "person"}})")),
              json::parse(R"({"entities": [{"name": "Ada", "type": "person"}], "relations": []})"));
    auto schema =
        nlohmann::ordered_json::parse(R"({"type": "object", "required": ["names", "said", "x"],
        "properties": {"names": {"required": ["Ada", "Survey"]}, "said": {"required": ["1"]}, "x": {}}})");
    allow_incomplete(rules(), &schema);
    EXPECT_EQ(json(schema), json::parse(R"({"type": "object", "required": ["x"],
        "properties": {"names": {}, "said": {}, "x": {}}})"));
}

TEST(CompactForms, KeepWhatHasAnotherShapeForGroundingToRefuse) {
    const auto answer =
        json::parse(R"({"names": {}, "said": {"1": [["Ada", "led"]], "2": "led"}})");
    EXPECT_EQ(unfolded(rules(), answer)["relations"], json::parse(R"([["Ada", "led"]])"));
    EXPECT_EQ(unfolded(rules(), json::array()), json::array());
}

TEST(CompactForms, AnswersWithoutOneStayAsTheyAre) {
    GroundingRule plain;
    plain.items = "entities";
    const auto answer = json::parse(R"({"entities": [{"name": "Ada"}]})");
    EXPECT_EQ(unfolded({plain}, answer), answer);
}

}  // namespace
}  // namespace almagest::contract
