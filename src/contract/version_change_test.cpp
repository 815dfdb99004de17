#include "contract/version_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/decoding.h"

namespace almagest::contract {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

JobType contract_of(const char* item = R"({
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 100}, "type": {"enum": ["a", "b"]}},
    "required": ["name"], "additionalProperties": false})") {
    JobType type;
    type.output_schema["type"] = "object";
    type.output_schema["properties"]["items"] = {{"type", "array"}, {"maxItems", 5}};
    type.output_schema["properties"]["items"]["items"] = nlohmann::ordered_json::parse(item);
    type.output_schema["required"] = {"items"};
    type.output_schema["additionalProperties"] = false;
    type.prompt = {{"user", "List them."}};
    type.settings = {{"handler", "dbo.usp_x"}, {"priority", 50}, {"version", "1.0.0"}};
    return type;
}

nlohmann::ordered_json& item_of(JobType& type) {
    return type.output_schema["properties"]["items"]["items"];
}

ChangeLevel needed(void (*change)(JobType&)) {
    auto later = contract_of();
    change(later);
    return compare(contract_of(), later).needed;
}

TEST(VersionChange, IsMajorWhereWhoReliesOnItIsMisled) {
    EXPECT_EQ(needed([](JobType& t) { item_of(t)["properties"].erase("type"); }),
              ChangeLevel::major);
    EXPECT_EQ(needed([](JobType& t) { item_of(t)["required"].push_back("type"); }),
              ChangeLevel::major);
    EXPECT_EQ(needed([](JobType& t) { item_of(t)["required"].clear(); }), ChangeLevel::major);
    EXPECT_EQ(needed([](JobType& t) { item_of(t)["properties"]["name"]["type"] = "integer"; }),
              ChangeLevel::major);
    EXPECT_EQ(needed([](JobType& t) { item_of(t)["properties"]["type"]["enum"].erase(0); }),
              ChangeLevel::major);
    EXPECT_EQ(needed([](JobType& t) { t.settings["handler"] = "dbo.usp_y"; }), ChangeLevel::major);
    EXPECT_EQ(needed([](JobType& t) {
                  t.input_schema = {{"type", "object"}};
              }),
              ChangeLevel::major);
}

TEST(VersionChange, IsMinorWhereMoreIsPossible) {
    EXPECT_EQ(needed([](JobType& t) {
                  item_of(t)["properties"]["age"] = {{"type", "integer"}};
              }),
              ChangeLevel::minor);
    EXPECT_EQ(needed([](JobType& t) { item_of(t)["properties"]["type"]["enum"].push_back("c"); }),
              ChangeLevel::minor);
    EXPECT_EQ(needed([](JobType& t) { item_of(t)["properties"]["name"]["maxLength"] = 200; }),
              ChangeLevel::minor);
    EXPECT_EQ(needed([](JobType& t) { t.settings["grounding"] = json::array({1}); }),
              ChangeLevel::minor);
}

TEST(VersionChange, IsAPatchWhereOnlyWordsChange) {
    EXPECT_EQ(needed([](JobType& t) { t.prompt[0].text = "List all."; }), ChangeLevel::patch);
    EXPECT_EQ(needed([](JobType& t) { item_of(t)["description"] = "an item"; }),
              ChangeLevel::patch);
    EXPECT_EQ(needed([](JobType& t) { t.settings["priority"] = 60; }), ChangeLevel::patch);
    EXPECT_EQ(needed([](JobType& t) { item_of(t)["properties"]["name"]["maxLength"] = 50; }),
              ChangeLevel::patch);
    EXPECT_EQ(needed([](JobType& t) { t.settings["version"] = "1.0.1"; }), ChangeLevel::none);
}

TEST(VersionChange, SaysWhyTheGravestFirst) {
    auto later = contract_of();
    later.prompt[0].text = "List all.";
    item_of(later)["properties"].erase("type");
    EXPECT_THAT(compare(contract_of(), later).reasons,
                ElementsAre("output.schema.json: /items/items has no \"type\" any more",
                            "prompt.md: other words"));
}

TEST(VersionChange, ANumberClaimsItsFirstPartThatDiffers) {
    EXPECT_EQ(claimed({1, 0, 0}, {2, 1, 3}), ChangeLevel::major);
    EXPECT_EQ(claimed({1, 0, 4}, {1, 1, 0}), ChangeLevel::minor);
    EXPECT_EQ(claimed({1, 0, 0}, {1, 0, 1}), ChangeLevel::patch);
}

TEST(Decoding, RefusesWhatDecodersPassOver) {
    auto type = contract_of();
    item_of(type)["required"].push_back("type");
    EXPECT_THAT(decoding_faults(json(type.output_schema)), IsEmpty());
    type.output_schema["properties"]["items"].erase("maxItems");
    item_of(type)["properties"]["type"]["not"] = {{"const", "c"}};
    item_of(type)["required"].erase(1);
    EXPECT_THAT(
        decoding_faults(json(type.output_schema)),
        testing::UnorderedElementsAre(HasSubstr("without \"maxItems\""), HasSubstr("uses \"not\""),
                                      HasSubstr("does not require \"type\"")));
    EXPECT_THAT(decoding_faults(json{{"type", "array"}, {"maxItems", 2}, {"items", true}}),
                ElementsAre(HasSubstr("not of the type object"), HasSubstr("allows anything")));
}

}  // namespace
}  // namespace almagest::contract
