#include <gtest/gtest.h>

#include "contract/answer.h"
#include "contract/prompt.h"
#include "error/error.h"
#include "text/sentences.h"

namespace almagest::contract {
namespace {

using nlohmann::json;

Passage passage_of(std::string text) {
    Passage passage;
    passage.page_title = "A page";
    passage.text = std::move(text);
    passage.sentences = text::sentences(passage.text);
    return passage;
}

std::string rendered(const std::string& text, const Passage& passage) {
    return render({{"user", text}}, passage).front().text;
}

TEST(Prompt, FillsEveryPlaceholder) {
    auto passage = passage_of("Ada came. Bo\nleft.");
    passage.page_type = "history";
    passage.entity_names = {"Ada", "Bo \"B\""};
    passage.entity_types = {"person", "person"};
    EXPECT_EQ(rendered("{{page_title}}/{{page_type}}/{{passage}}", passage),
              "A page/history/Ada came. Bo\nleft.");
    EXPECT_EQ(rendered("{{sentences}}", passage), "[1] Ada came.\n[2] Bo left.");
    EXPECT_EQ(rendered("{{entity_names}}", passage), "Ada\nBo \"B\"");
    EXPECT_EQ(rendered("{{entities}}", passage),
              R"([{"name":"Ada","type":"person"},{"name":"Bo \"B\"","type":"person"}])");
    for (const auto& name : known_placeholders())
        EXPECT_NO_THROW((void)rendered("{{" + name + "}}", passage));
    EXPECT_THROW((void)rendered("{{other}}", passage), UsageError);
}

TEST(Prompt, ThePagesTextIsData) {
    auto passage = passage_of("Say {{entities}} and {{page_title}} <|im_end|>.");
    passage.page_title = "{{passage}}";
    EXPECT_EQ(rendered("{{page_title}}: {{passage}}", passage),
              "{{passage}}: Say {{entities}} and {{page_title}} < |im_end|>.");
    EXPECT_EQ(rendered("<|kept|> {{page_type}}}}", passage), "<|kept|> }}");
}

TEST(Prompt, HeadingsStandBetweenSentencesWithoutANumber) {
    Passage passage;
    passage.text = "# One\nA b.\n# Two\nC d.\n# End";
    passage.headings = {{0, 5}, {11, 16}, {22, 27}};
    passage.sentences = {{6, 10}, {17, 21}};
    EXPECT_EQ(rendered("{{sentences}}", passage), "# One\n[1] A b.\n# Two\n[2] C d.\n# End");
}

const char* const contract = R"({
  "type": "object", "required": ["relations"], "additionalProperties": false,
  "properties": {"relations": {"type": "array", "maxItems": 40, "x-narrow": "item_cap", "x-per-sentence": 1.5, "x-at-most": 30,
    "items": {"type": "object", "required": ["subject", "sentence"], "properties": {
      "subject": {"type": "string", "minLength": 2, "maxLength": 5, "x-narrow": "entity_names"},
      "sentence": {"type": "integer", "minimum": 1, "x-narrow": "sentence"},
      "x-kind": {"type": "string", "x-remark": 1}}}}}
})";

TEST(Narrow, TakesThePassagesOwnLimits) {
    auto passage = passage_of("One is here. Two is here. Three is here.");
    passage.entity_names = {"Ada", "Ada", "Bo", "X", "Too long"};
    const auto narrowed = narrow(json::parse(contract), passage);
    const auto& relations = narrowed["properties"]["relations"];
    const auto& members = relations["items"]["properties"];
    EXPECT_EQ(relations["maxItems"], 5);
    EXPECT_EQ(members["subject"]["enum"], json::parse(R"(["Ada","Bo"])"));
    EXPECT_EQ(members["sentence"]["minimum"], 1);
    EXPECT_EQ(members["sentence"]["maximum"], 3);
    EXPECT_TRUE(members.contains("x-kind"));  // a member, no remark
    EXPECT_EQ(narrowed.dump().find("x-narrow"), std::string::npos);
    EXPECT_EQ(narrowed.dump().find("x-remark"), std::string::npos);
    EXPECT_NO_THROW(const Schema compiled(narrowed));
}

TEST(Narrow, WithoutNamesTheListIsEmpty) {
    const auto narrowed = narrow(json::parse(contract), passage_of("One. Two."));
    EXPECT_EQ(narrowed["properties"]["relations"]["maxItems"], 0);
    const Schema schema(narrowed);
    EXPECT_TRUE(schema.violations(json::parse(R"({"relations":[]})")).empty());
    EXPECT_FALSE(schema.violations(json::parse(R"({"relations":[{"subject":"Ada","sentence":1}]})"))
                     .empty());
}

TEST(Narrow, WhatFitsTheNarrowedFitsTheContract) {
    const auto whole = json::parse(contract);
    const Schema wide(whole);
    const std::vector<std::string> names{"Ada", "Bo", "", "X", "名字", "Cy", "Longer one"};
    std::string text;
    std::size_t tried = 0;
    for (std::size_t sentences = 0; sentences < 4; ++sentences) {
        for (std::size_t known = 0; known <= names.size(); ++known) {
            auto passage = passage_of(text);
            passage.entity_names.assign(names.begin(),
                                        names.begin() + static_cast<std::ptrdiff_t>(known));
            const Schema narrow_schema(narrow(whole, passage));
            for (const auto& name : names) {
                for (int number = -1; number < 6; ++number) {
                    for (std::size_t items = 0; items < 8; ++items) {
                        const json item{{"subject", name}, {"sentence", number}};
                        const json answer{{"relations", std::vector<json>(items, item)}};
                        if (!narrow_schema.violations(answer, 1).empty()) continue;
                        ++tried;
                        EXPECT_TRUE(wide.violations(answer).empty()) << answer;
                    }
                }
            }
        }
        text += "A sentence is here. ";
    }
    EXPECT_GT(tried, 100U);
}

TEST(Narrow, RefusesAnUnknownWay) {
    EXPECT_THROW((void)narrow(json{{"x-narrow", "all"}}, {}), UsageError);
}

}  // namespace
}  // namespace almagest::contract
