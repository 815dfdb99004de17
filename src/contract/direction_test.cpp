#include "contract/direction.h"

#include <gtest/gtest.h>

#include "contract/answer.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

using nlohmann::json;

const DirectionRule english{{"by"}, {"was", "were"}, {"ed"}};

Direction direction(std::string_view sentence, std::string_view subject, std::string_view predicate,
                    std::string_view object) {
    return stated_direction(sentence, text::find_words(sentence, subject),
                            text::find_words(sentence, object), predicate, english);
}

TEST(Direction, IsStatedWhereTheVerbStandsBetweenSubjectAndObject) {
    EXPECT_EQ(direction("Vera led the Guild until 1802.", "Vera", "led", "Guild"),
              Direction::stated);
    EXPECT_EQ(direction("Vera led the Guild until 1802.", "Guild", "led", "Vera"),
              Direction::reversed);
}

TEST(Direction, OfAPassiveIsTheOtherWayRound) {
    const auto* sentence = "The Guild was founded in spring 1790 by the lamplighter Vera.";
    EXPECT_EQ(direction(sentence, "Guild", "founded", "Vera"), Direction::misread)
        << "an apposition hides the word that marks the passive";
    const auto* plain = "The Guild was founded in spring 1790 by Vera.";
    EXPECT_EQ(direction(plain, "Vera", "founded", "Guild"), Direction::stated);
    EXPECT_EQ(direction(plain, "Guild", "founded", "Vera"), Direction::reversed);
    EXPECT_EQ(direction(plain, "Guild", "was_founded_by", "Vera"), Direction::stated);
    EXPECT_EQ(direction(plain, "Vera", "was_founded_by", "Guild"), Direction::reversed);
}

TEST(Direction, IsMisreadWhereAPassiveIsToldAsAnAct) {
    const auto* sentence = "The Guild was founded in Saltmarsh on 1 October 1848.";
    EXPECT_EQ(direction(sentence, "Guild", "founded", "Saltmarsh"), Direction::misread);
    EXPECT_EQ(direction(sentence, "Guild", "was_founded_in", "Saltmarsh"), Direction::stated);
}

TEST(Direction, IsUnsaidWithoutTheVerbBetweenThem) {
    EXPECT_EQ(direction("Vera left the Guild and led nobody.", "Guild", "led", "Vera"),
              Direction::unsaid);
    EXPECT_EQ(direction("The Guild's leader Vera left.", "Vera", "leader_of", "Guild"),
              Direction::unsaid);
    EXPECT_EQ(direction("Vera met the Guild.", "Guild", "met", "Vera"), Direction::unsaid)
        << "not one of the rule's endings";
}

TEST(Direction, IsUnsaidWhereTwoPlacesDisagree) {
    EXPECT_EQ(direction("Vera helped Tomas, and Tomas helped Vera.", "Vera", "helped", "Tomas"),
              Direction::unsaid);
}

JobType relations() {
    JobType type;
    GroundingRule rule;
    rule.items = "relations";
    rule.mentions = {"subject", "object"};
    rule.sentence = "sentence";
    rule.wording = "predicate";
    rule.direction = english;
    type.grounding = {rule};
    return type;
}

json relation(int sentence, const char* subject, const char* predicate, const char* object) {
    return {
        {"sentence", sentence}, {"subject", subject}, {"predicate", predicate}, {"object", object}};
}

TEST(Direction, OfAnAnswerIsMendedByItsSentences) {
    Passage passage;
    passage.text = "Vera led the Guild. Tomas led the Guild. Ines founded the Guild and led it.";
    passage.sentences = {{0, 19}, {20, 40}, {41, 75}};
    const json answer = {{"relations",
                          {relation(3, "Guild", "led", "Ines"), relation(1, "Guild", "led", "Vera"),
                           relation(2, "Guild", "led", "Tomas")}}};
    const auto grounded = ground(relations(), answer, passage, 1.0);
    const auto& kept = grounded.output["relations"];
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(kept[1]["subject"], "Vera");
    EXPECT_EQ(kept[1]["object"], "Guild");
    EXPECT_EQ(kept[1]["confidence"], 1.0) << "the sentence itself says so";
    EXPECT_EQ(kept[0]["subject"], "Ines")
        << "what is turned round everywhere else is turned here too";
    EXPECT_EQ(kept[0]["confidence"], 0.85) << "but only a person can be sure";
}

TEST(Direction, OfOneRelationGivenBothWaysIsOneRelation) {
    Passage passage;
    passage.text = "Vera led the Guild.";
    passage.sentences = {{0, 19}};
    const json answer = {
        {"relations", {relation(1, "Vera", "led", "Guild"), relation(1, "Guild", "led", "Vera")}}};
    const auto grounded = ground(relations(), answer, passage, 1.0);
    EXPECT_EQ(grounded.output["relations"].size(), 1U);
    ASSERT_EQ(grounded.refusals.size(), 1U);
    EXPECT_EQ(grounded.refusals[0].reason, "repeats another item");
}

TEST(SaidOfAnother, TheNameRightBeforeTheVerbActs) {
    DirectionRule rule;
    rule.verb_endings = {"ed"};
    const auto told = [&](const std::string& sentence, const std::vector<std::string>& ends,
                          const std::vector<std::string>& others, const char* predicate = "led") {
        const auto places = [&](const std::vector<std::string>& names) {
            std::vector<text::Range> all;
            for (const auto& name : names)
                for (const auto& place : text::find_words(sentence, name)) all.push_back(place);
            return all;
        };
        return said_of_another(sentence, places(ends), places(others), predicate, rule);
    };
    const std::string survey = "Isolde joined the Survey, and Anselm Quill led the Lantern Survey.";
    EXPECT_TRUE(told(survey, {"Survey", "Lantern Survey"}, {"Isolde", "Anselm Quill"}));
    EXPECT_TRUE(told(survey, {"Isolde", "Lantern Survey"}, {"Survey", "Anselm Quill"}));
    EXPECT_FALSE(told(survey, {"Anselm Quill", "Lantern Survey"}, {"Isolde", "Survey"}));
    EXPECT_FALSE(told(survey, {"Isolde", "Survey"}, {"Anselm Quill"}, "joined"));
    EXPECT_FALSE(told(survey, {"Isolde", "Survey"}, {"Anselm Quill"}, "founded"));
    const std::string list = "Ada, Bo & Söhne and Cy led the Survey.";
    EXPECT_FALSE(told(list, {"Ada", "Survey"}, {"Bo & Söhne", "Cy"}));
    EXPECT_FALSE(told(list, {"Bo & Söhne", "Survey"}, {"Ada", "Cy"}));
    EXPECT_FALSE(told("The Survey was led by Ada.", {"Ada", "Survey"}, {}));
    EXPECT_FALSE(
        told("Bo led it; later Ada, who led the Survey, left.", {"Ada", "Survey"}, {"Bo"}));
}

}  // namespace
}  // namespace almagest::contract
