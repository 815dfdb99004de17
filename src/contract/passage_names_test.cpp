#include "contract/passage_names.h"

#include <gtest/gtest.h>

#include "contract/prompt.h"
#include "text/sentences.h"

namespace almagest::contract {
namespace {

using nlohmann::ordered_json;
using Indices = std::vector<std::size_t>;

NameRule english() {
    NameRule rule;
    rule.words.function_words = {"the", "she", "it", "in"};
    rule.pronouns = {"she", "it"};
    return rule;
}

Passage passage_of(std::string text) {
    Passage passage;
    passage.text = std::move(text);
    passage.sentences = text::sentences(passage.text);
    passage.names = find_names(english(), passage);
    return passage;
}

TEST(PassageNames, AreCountedBySentence) {
    const auto found = passage_of("Ada met Grace. Turin was cold.").names;
    EXPECT_EQ(found->names, (std::vector<std::string>{"Ada", "Grace", "Turin"}));
    EXPECT_EQ(found->in_sentence, (std::vector<Indices>{{0, 1}, {2}}));
}

TEST(PassageNames, ASentenceWithAPronounMayBeAboutEarlierNames) {
    const auto found = passage_of("Ada met Grace. She led the Survey in Turin.").names;
    EXPECT_EQ(found->ends[0], (Indices{0, 1}));
    EXPECT_EQ(found->ends[1], (Indices{2, 3, 1, 0}));
}

TEST(PassageNames, ASentenceWithTwoNamesAndNoPronounIsAboutThose) {
    const auto found = passage_of("Ada met Grace. Otto led the Survey.").names;
    EXPECT_EQ(found->ends[1], (Indices{2, 3}));
}

TEST(PassageNames, ASentenceThatIsButANameStatesNothing) {
    const auto found = passage_of("Ada met Grace.\n\nTuring.\n\nTuring met Ada.").names;
    EXPECT_EQ(found->in_sentence[1], (Indices{2}));
    EXPECT_EQ(found->ends[1], Indices{});
}

TEST(PassageNames, AreUnknownInScriptsWithoutCapitals) {
    EXPECT_FALSE(passage_of("艾达领导分析学会。").names.has_value());
}

const auto schema = ordered_json::parse(R"({"type": "object", "properties": {
    "names": {"type": "object", "x-narrow": "names", "additionalProperties": {"enum": ["person", "none"]}},
    "said": {"type": "object", "x-narrow": "sentences", "additionalProperties": {
        "type": "array", "maxItems": 5, "x-narrow": "name_cap", "items": {"type": "array", "minItems": 2,
            "maxItems": 2, "x-narrow": "distinct_ends", "items": [{"type": "string", "x-narrow": "sentence_ends"},
                                     {"type": "string", "x-narrow": "sentence_ends"}]}}}}})");

TEST(NarrowingToNames, AsksForEachNameAndForEachSentenceThatCanRelateTwo) {
    const auto narrowed =
        narrow(schema, passage_of("Turin was cold. Ada met Grace. She slept. She led the Survey."));
    const auto& names = narrowed["properties"]["names"];
    EXPECT_EQ(names["required"], (ordered_json{"Turin", "Ada", "Grace", "Survey"}));
    EXPECT_EQ(names["properties"]["Ada"], ordered_json::parse(R"({"enum": ["person", "none"]})"));
    EXPECT_EQ(names["additionalProperties"], false);
    const auto& said = narrowed["properties"]["said"];
    // The first names but one thing so far, the third none.
    EXPECT_EQ(said["required"], (ordered_json{"2", "4"}));
    const auto& last = said["properties"]["4"];
    EXPECT_EQ(last["maxItems"], 1);
    // The Survey is the one name in it: it is an end of whatever is said, and never both.
    ASSERT_EQ(last["items"]["anyOf"].size(), 4);
    const auto ends_of = [&](std::size_t form, std::size_t end) {
        return last["items"]["anyOf"][form]["items"][end]["enum"];
    };
    EXPECT_EQ(ends_of(0, 0), (ordered_json{"Survey"}));
    EXPECT_EQ(ends_of(0, 1), (ordered_json{"Grace", "Ada", "Turin"}));
    EXPECT_EQ(ends_of(1, 0), (ordered_json{"Grace"}));
    EXPECT_EQ(ends_of(1, 1), (ordered_json{"Survey"}));
    const auto& second = said["properties"]["2"]["items"]["anyOf"];
    EXPECT_EQ(second[0]["items"][0]["enum"], (ordered_json{"Ada"}));
    EXPECT_EQ(second[0]["items"][1]["enum"], (ordered_json{"Grace"}));
}

TEST(NarrowingToNames, LeavesThemToTheModelWhereTheProgramCannotFindThem) {
    const auto narrowed = narrow(schema, passage_of("艾达领导分析学会。她住在都灵。"));
    EXPECT_FALSE(narrowed["properties"]["names"].contains("required"));
    EXPECT_EQ(narrowed["properties"]["said"]["required"], (ordered_json{"1", "2"}));
    EXPECT_FALSE(
        narrowed["properties"]["said"]["properties"]["1"]["items"]["items"][0].contains("enum"));
}

}  // namespace
}  // namespace almagest::contract
