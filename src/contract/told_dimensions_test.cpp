#include "contract/told_dimensions.h"

#include <gtest/gtest.h>

#include "contract/answer.h"
#include "contract/short_names.h"
#include "text/sentences.h"

namespace almagest::contract {
namespace {

using nlohmann::json;

JobType names() {
    JobType type;
    GroundingRule rule;
    rule.items = "entities";
    rule.mentions = {"name"};
    rule.families = {{"work", {"work", "product"}, {"released"}, {"was"}},
                     {"event", {"event"}, {"held"}, {"was"}}};
    rule.short_names = ShortNameRule{"type", {"person"}};
    GroundingRule relations;
    relations.items = "relations";
    relations.mentions = {"subject", "object"};
    relations.named_in = "entities";
    relations.sentence = "sentence";
    relations.wording = "predicate";
    type.grounding = {rule, relations};
    return type;
}

json entity(const char* name, const char* type) {
    return {{"name", name}, {"type", type}};
}

Passage passage_of(std::string text) {
    Passage passage;
    passage.text = std::move(text);
    passage.sentences = text::sentences(passage.text);
    return passage;
}

json grounded(const std::string& text, std::vector<json> entities,
              std::vector<json> relations = {}) {
    return ground(names(),
                  json{{"entities", std::move(entities)}, {"relations", std::move(relations)}},
                  passage_of(text), 0.9)
        .output;
}

TEST(ToldDimensions, AreTheEntitiesOfAFamilysTypes) {
    const auto output = grounded(
        "Ada wrote The Grey Tide with Loom.",
        {entity("Ada", "person"), entity("The Grey Tide", "work"), entity("Loom", "product")});
    EXPECT_EQ(output["entities"].size(), 3U);
    ASSERT_EQ(output["dimensions"].size(), 2U);
    EXPECT_EQ(output["dimensions"][0]["family"], "work");
    EXPECT_EQ(output["dimensions"][0]["name"], "The Grey Tide");
    EXPECT_EQ(output["dimensions"][1]["name"], "Loom");
    EXPECT_FALSE(output["dimensions"][1].contains("type"));
    EXPECT_FALSE(output["dimensions"][0].contains("start_date"));
    EXPECT_EQ(output["dimensions"][0]["evidence"], output["entities"][1]["evidence"]);
}

TEST(ToldDimensions, AreDatedByTheSentenceThatSaysSo) {
    const auto output = grounded(
        "Loom 2 was planned in 1998. Loom 2 was released on 9 March 1999. TideCon was held in "
        "Turin from 5 to 9 July 2000.",
        {entity("Loom 2", "product"), entity("TideCon", "event")});
    EXPECT_EQ(output["dimensions"][0]["start_date"], "1999-03-09");
    EXPECT_EQ(output["dimensions"][1]["start_date"], "2000-07-05");
    EXPECT_EQ(output["dimensions"][1]["end_date"], "2000-07-09");
    EXPECT_FALSE(output["entities"][0].contains("start_date"));
}

TEST(ToldDimensions, AreWhatIsSaidOfAName) {
    auto type = names();
    type.grounding[0].families[0].told = {"other", "event"};
    const auto families = [&](const char* text, const char* as) {
        const json answer{{"entities", {entity("Loom 8", as)}}};
        auto list = std::string();
        const auto output = ground(type, answer, passage_of(text), 0.9).output;
        for (const auto& one : output["dimensions"])
            list += one["family"].get<std::string>() + " " + one.value("start_date", "") + ";";
        return list;
    };
    EXPECT_EQ(families("Loom 8 (the last) was released in May 1995.", "other"), "work 1995-05-01;");
    EXPECT_EQ(families("Loom 8 was released in May 1995.", "event"), "work 1995-05-01;");
    EXPECT_EQ(families("Loom 8 was late in May 1995.", "event"), "event ;");
    EXPECT_EQ(families("Loom 8 was late in May 1995.", "other"), "");
    EXPECT_EQ(families("Loom 8 was released in May 1995.", "person"), "");
}

TEST(ToldDimensions, AreDatedBeyondAnAside) {
    const auto dates_in = [](const std::string& text) {
        const auto one = grounded(text, {entity("TideCon3", "event")})["dimensions"][0];
        return one.value("start_date", "") + ".." + one.value("end_date", "");
    };
    EXPECT_EQ(dates_in("The first meeting, called TideCon3, held in Turin, Italy from the 5th to "
                       "the 9th of July 2000."),
              "2000-07-05..2000-07-09");
    EXPECT_EQ(dates_in("TideCon3, with the Open Day, was held in Turin, Italy, from 9 to 22 August "
                       "2015."),
              "2015-08-09..2015-08-22");
    EXPECT_EQ(
        dates_in("TideCon3 - the first in Italy - was held in Turin, from 21 July to 5 August "
                 "2018."),
        "2018-07-21..2018-08-05");
    EXPECT_EQ(dates_in("The third, TideCon3, was held from July 5th to 7th 2002 with many guests."),
              "2002-07-05..2002-07-07");
    EXPECT_EQ(dates_in("TideCon3 - of Turin was held in 2018."), "..");
    EXPECT_EQ(dates_in("The third TideCon3, Loom 3, was held in 2018."), "..");
}

TEST(ToldDimensions, AreNotDatedByWhatIsSaidOfSomethingElse) {
    const auto dates_in = [](const std::string& text) {
        return grounded(text,
                        {entity("Loom 1", "product"), entity("Loom 2", "product")})["dimensions"]
            .dump();
    };
    EXPECT_EQ(
        dates_in(
            "Loom 1 came on a disk and Loom 2 was planned, said what was released in May 1995.")
            .find("start_date"),
        std::string::npos);
    EXPECT_EQ(dates_in("Loom 1, which was at last released as Loom 2, came in May 1995.")
                  .find("start_date"),
              std::string::npos);
    EXPECT_NE(
        dates_in("Loom 1 (the best) was released in May 1995. Loom 2 came.").find("1995-05-01"),
        std::string::npos);
    EXPECT_NE(dates_in("Ada released Loom 1 in May 1995. Loom 2 came.").find("1995-05-01"),
              std::string::npos);
}

TEST(ToldDimensions, AreDatedInBracketsBehindTheName) {
    const auto output =
        grounded("Loom 4 (8 April 2007): named for the loom. Loom 5 (of Turin) came.",
                 {entity("Loom 4", "work"), entity("Loom 5", "work")});
    EXPECT_EQ(output["dimensions"][0]["start_date"], "2007-04-08");
    EXPECT_FALSE(output["dimensions"][1].contains("start_date"));
}

TEST(ShortNames, OfAPersonMeanThePerson) {
    const auto output = grounded(
        "Ada Byron died in Turin. Ada led the Survey. Byron was ill.",
        {entity("Ada Byron", "person"), entity("Ada", "person"), entity("Byron", "person"),
         entity("Turin", "place"), entity("Survey", "organisation")},
        {{{"subject", "Ada"}, {"predicate", "led"}, {"object", "Survey"}, {"sentence", 2}},
         {{"subject", "Ada Byron"}, {"predicate", "died"}, {"object", "Ada"}, {"sentence", 1}}});
    EXPECT_EQ(output["entities"].size(), 3U);
    EXPECT_EQ(output["entities"][0]["evidence"].size(), 3U);
    ASSERT_EQ(output["relations"].size(), 1U);
    EXPECT_EQ(output["relations"][0]["subject"], "Ada Byron");
    EXPECT_EQ(output["relations"][0]["grounding"], "exact");
}

TEST(ShortNames, AreFoundAsTheyAreSpelled) {
    const auto output = grounded(
        "Zoë Ångström came. Zoë led the Survey.",
        {entity("Zoë Ångström", "person"), entity("Zoë", "person"),
         entity("Survey", "organisation")},
        {{{"subject", "Zoë"}, {"predicate", "led"}, {"object", "Survey"}, {"sentence", 2}}});
    ASSERT_EQ(output["relations"].size(), 1U);
    EXPECT_EQ(output["relations"][0]["subject"], "Zoë Ångström");
    EXPECT_EQ(output["relations"][0]["grounding"], "exact");
}

TEST(ShortNames, MeanNobodyWhereTwoFitOrTheWholeComesLater) {
    const ShortNameRule rule{"type", {"person"}};
    const auto in = [&](const char* passage, std::vector<json> items) {
        return short_names(rule, json(std::move(items)), passage);
    };
    EXPECT_TRUE(
        in("Ada Byron met Ada Hahn. Ada slept.",
           {entity("Ada Byron", "person"), entity("Ada Hahn", "person"), entity("Ada", "person")})
            .empty());
    EXPECT_TRUE(
        in("Ada slept. Ada Byron came.", {entity("Ada Byron", "person"), entity("Ada", "person")})
            .empty());
    EXPECT_TRUE(in("The Tide Survey met. Tide rose.",
                   {entity("Tide Survey", "organisation"), entity("Tide", "person")})
                    .empty());
}

}  // namespace
}  // namespace almagest::contract
