// The families of knowledge, grounded by the contracts of the tree on real sentences.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "contract/answer.h"
#include "text/sentences.h"

namespace almagest::contract {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

const JobType& type_named(const char* name) {
    static const auto registry =
        Registry::load(std::filesystem::path(ALMAGEST_SOURCE_DIR) / "contracts");
    return registry.find(name);
}

Passage passage_of(std::string text, std::size_t offset = 0) {
    Passage passage;
    passage.text = std::move(text);
    passage.offset = offset;
    passage.sentences = text::sentences(passage.text);
    return passage;
}

Grounded ground_as(const char* type, const char* answer, const Passage& passage) {
    const auto parsed = json::parse(answer);
    EXPECT_THAT(Schema(type_named(type).output_schema).violations(parsed), IsEmpty());
    return ground(type_named(type), parsed, passage, 0.95);
}

std::vector<std::string> reasons(const Grounded& grounded) {
    std::vector<std::string> list;
    for (const auto& refusal : grounded.refusals)
        list.push_back(refusal.items + ": " + refusal.reason);
    return list;
}

TEST(Families, AnEventHasItsDateItsWordsAndItsParticipants) {
    const auto passage = passage_of(
        "The first DebConf took place in Bordeaux in July 2000. Thierry Laronde organised it.", 50);
    const auto grounded = ground_as(
        "event_extraction",
        R"({"events":[{"sentence":1,"name":"DebConf","type":"conference","location":"Bordeaux",
            "participants":[{"name":"Thierry Laronde","role":"organiser"},
                            {"name":"Ada Byron","role":"opened"},{"name":"he","role":"guest"}]}]})",
        passage);
    ASSERT_EQ(grounded.output["events"].size(), 1U) << json(reasons(grounded));
    const auto& event = grounded.output["events"][0];
    EXPECT_EQ(event["start_date"], "2000-07-01");
    EXPECT_EQ(event["end_date"], "2000-07-31");
    EXPECT_EQ(event["start_precision"], "month");
    EXPECT_EQ(event["location"], "Bordeaux");
    EXPECT_EQ(event["description"], "The first DebConf took place in Bordeaux in July 2000.");
    EXPECT_EQ(event["evidence"][0]["char_start"], 50);
    ASSERT_EQ(event["participants"].size(), 1U);
    const auto& participant = event["participants"][0];
    EXPECT_EQ(participant["role"], "organiser");
    EXPECT_EQ(participant["evidence"][0]["quote"], "Thierry Laronde");
    EXPECT_EQ(participant["grounding"], "passage");
    EXPECT_LT(participant["confidence"].get<double>(), 0.9);
    EXPECT_THAT(reasons(grounded), ElementsAre("events.participants: name only in the prompt",
                                               "events.participants: name is a pronoun"));
}

TEST(Families, AnEventOfTheExampleAloneIsDropped) {
    const auto grounded = ground_as(
        "event_extraction",
        R"({"events":[{"sentence":1,"name":"Turin Congress","type":"congress","location":"Turin",
            "participants":[]}]})",
        passage_of("The release of woody was delayed."));
    EXPECT_THAT(grounded.output["events"], IsEmpty());
    EXPECT_THAT(reasons(grounded), ElementsAre("events: name only in the prompt"));
}

TEST(Families, APlaceThatThePassageLacksIsTakenOutOfItsEvent) {
    const auto grounded = ground_as(
        "event_extraction",
        R"({"events":[{"sentence":1,"name":"DebConf","type":"conference","location":"Oslo",
            "participants":[]}]})",
        passage_of("DebConf was fun."));
    ASSERT_EQ(grounded.output["events"].size(), 1U);
    EXPECT_FALSE(grounded.output["events"][0].contains("location"));
    EXPECT_THAT(reasons(grounded), ElementsAre("events: location not in the passage"));
}

TEST(Families, AWorkHasTheDateOfItsReleaseOnlyWhereOneIsSaid) {
    const auto passage = passage_of(
        "A New Hope was released in May 1977. In The Phantom Menace, set in 1999, Anakin is a "
        "boy.");
    const auto grounded = ground_as(
        "work_extraction",
        R"({"works":[{"sentence":1,"name":"A New Hope","type":"film","canon_status":"","appearances":[]},
            {"sentence":2,"name":"The Phantom Menace","type":"film","canon_status":"canon",
             "appearances":[{"name":"Anakin","role":"boy"}]}]})",
        passage);
    ASSERT_EQ(grounded.output["works"].size(), 2U) << json(reasons(grounded));
    EXPECT_EQ(grounded.output["works"][0]["start_date"], "1977-05-01");
    EXPECT_FALSE(grounded.output["works"][0].contains("canon_status"));
    const auto& second = grounded.output["works"][1];
    EXPECT_FALSE(second.contains("start_date"));
    EXPECT_FALSE(second.contains("canon_status"));
    EXPECT_EQ(second["appearances"][0]["grounding"], "exact");
    EXPECT_THAT(reasons(grounded), ElementsAre("works: canon_status only in the prompt"));
}

TEST(Families, ABridgeIsBoundedByTheWorksThatItsSentenceNames) {
    auto passage = passage_of("Luke Skywalker owned R2-D2 from A New Hope to The Last Jedi.");
    passage.entity_names = {"Luke Skywalker", "R2-D2", "A New Hope", "The Last Jedi"};
    passage.entity_types = {"person", "droid", "film", "science_fiction_film"};
    const auto grounded = ground_as(
        "relationship_extraction",
        R"({"relations":[{"sentence":1,"subject":"Luke Skywalker","predicate":"owned","object":"R2-D2"}]})",
        passage);
    ASSERT_EQ(grounded.output["relations"].size(), 1U);
    EXPECT_EQ(grounded.output["relations"][0]["start_work"], "A New Hope");
    EXPECT_EQ(grounded.output["relations"][0]["end_work"], "The Last Jedi");
    EXPECT_FALSE(grounded.output["relations"][0].contains("work_context"));
}

TEST(Families, PlacesBoundNothingAsWorksDo) {
    auto passage = passage_of("Ada drove Bo from Turin to Genoa in Notes.");
    passage.entity_names = {"Ada", "Bo", "Turin", "Genoa", "Notes"};
    passage.entity_types = {"person", "person", "city", "city", "novel"};
    const auto grounded =
        ground_as("relationship_extraction",
                  R"({"relations":[{"sentence":1,"subject":"Ada","predicate":"drove","object":"Bo"},
                         {"sentence":1,"subject":"Ada","predicate":"drove_in","object":"Notes"}]})",
                  passage);
    ASSERT_EQ(grounded.output["relations"].size(), 2U);
    const auto& first = grounded.output["relations"][0];
    EXPECT_FALSE(first.contains("start_work"));
    EXPECT_EQ(first["work_context"], "Notes");
    EXPECT_FALSE(grounded.output["relations"][1].contains("work_context"));
}

TEST(Families, OfTwoSpansOfWorksTheOneAfterTheNamesCounts) {
    auto passage = passage_of(
        "Anakin owned R2-D2 until Dusk, Luke owned R2-D2 from Dusk to Dawn, and Rey since Dawn.");
    passage.entity_names = {"Dusk", "Dawn"};
    passage.entity_types = {"film", "film"};
    const auto grounded = ground_as(
        "relationship_extraction",
        R"({"relations":[{"sentence":1,"subject":"Anakin","predicate":"owned","object":"R2-D2"},
                         {"sentence":1,"subject":"Luke","predicate":"owned","object":"R2-D2"}]})",
        passage);
    const auto& relations = grounded.output["relations"];
    ASSERT_EQ(relations.size(), 2U);
    EXPECT_EQ(relations[0]["end_work"], "Dusk");
    EXPECT_FALSE(relations[0].contains("start_work"));
    EXPECT_EQ(relations[1]["start_work"], "Dusk");
    EXPECT_EQ(relations[1]["end_work"], "Dawn");
}

const char* const knowledge = R"({
    "dimensions":[{"family":"entity","name":"Bruce Perens","type":"person"},
                  {"family":"entity","name":"Debian","type":"project"},
                  {"family":"event","name":"DebConf","type":"conference"},
                  {"family":"entity","name":"Analytical Society","type":"organisation"}],
    "facts":[{"sentence":2,"kind":"measurement","subject":"Debian","predicate":"developers","value":"400","unit":"developers"},
             {"sentence":2,"kind":"measurement","subject":"Debian","predicate":"developers","value":"500","unit":""},
             {"sentence":2,"kind":"assertion","subject":"Debian","predicate":"status","value":"the most popular free system","unit":""}],
    "bridges":[{"sentence":1,"subject":"Debian","predicate":"led","object":"Bruce Perens"},
               {"sentence":3,"subject":"Bruce Perens","predicate":"attended","object":"DebConf"}],
    "unknown":[{"sentence":4,"family":"price","name":"CD","fields":[{"field":"amount","value":"12 dollars"},{"field":"currency","value":"euro"}]},
               {"sentence":4,"family":"price","name":"CD","fields":[{"field":"amount","value":"99 pounds"}]}]})";

TEST(Families, AWorkBoundsWhatIsSaidInItsClauseAlone) {
    for (const auto* text :
         {"In Dusk, Luke owned R2-D2.", "Luke owned R2-D2 in Dusk, and Rey met Finn.",
          "Rey met Finn, and Luke owned R2-D2 in Dusk."}) {
        auto passage = passage_of(text);
        passage.entity_names = {"Dusk"};
        passage.entity_types = {"film"};
        const auto context = [&](const char* answer) {
            const auto grounded = ground_as("relationship_extraction", answer, passage);
            const auto& relations = grounded.output["relations"];
            return relations.size() == 1 ? relations[0].value("work_context", "none") : "refused";
        };
        EXPECT_EQ(
            context(
                R"({"relations":[{"sentence":1,"subject":"Luke","predicate":"owned","object":"R2-D2"}]})"),
            "Dusk")
            << text;
        if (passage.text.find("Finn") == std::string::npos) continue;
        EXPECT_EQ(
            context(
                R"({"relations":[{"sentence":1,"subject":"Rey","predicate":"met","object":"Finn"}]})"),
            "none")
            << text;
    }
}

TEST(Families, OneAnswerGivesThemAll) {
    const auto passage = passage_of(
        "Bruce Perens led Debian from April 1996 until December 1997. Debian had 400 developers in "
        "1998. Bruce Perens attended DebConf in July 2000. A CD cost 12 dollars.");
    const auto grounded = ground_as("knowledge_extraction", knowledge, passage);
    const auto& dimensions = grounded.output["dimensions"];
    ASSERT_EQ(dimensions.size(), 3U) << json(reasons(grounded));
    EXPECT_FALSE(dimensions[0].contains("start_date"));
    EXPECT_EQ(dimensions[2]["start_date"], "2000-07-01");

    ASSERT_EQ(grounded.output["facts"].size(), 1U);
    const auto& fact = grounded.output["facts"][0];
    EXPECT_EQ(fact["subject_family"], "entity");
    EXPECT_EQ(fact["subject_type"], "project");
    EXPECT_EQ(fact["start_date"], "1998-01-01");

    const auto& bridges = grounded.output["bridges"];
    ASSERT_EQ(bridges.size(), 2U);
    EXPECT_EQ(bridges[0]["subject"], "Bruce Perens");
    EXPECT_EQ(bridges[0]["object_family"], "entity");
    EXPECT_EQ(bridges[0]["start_date"], "1996-04-01");
    EXPECT_EQ(bridges[0]["end_date"], "1997-12-31");
    EXPECT_EQ(bridges[1]["object_family"], "event");

    ASSERT_EQ(grounded.output["unknown"].size(), 1U);
    EXPECT_EQ(grounded.output["unknown"][0]["fields"], json({{"amount", "12 dollars"}}));
    EXPECT_THAT(
        reasons(grounded),
        ElementsAre("dimensions: name only in the prompt", "facts: value not in the evidence",
                    "facts: value not in the evidence", "unknown.fields: value not in the passage",
                    "unknown.fields: value not in the passage",
                    "unknown: none of its fields is left"));
}

TEST(Families, AMergeIsDecidedAmongTheEntitiesAskedAbout) {
    Passage passage;
    passage.payload = {{"first_entity_id", 12}, {"second_entity_id", 15}};
    const auto grounded = ground_as(
        "entity_dedupe",
        R"({"reason":"Both are the same project.","decision":"merge","master_entity_id":12,
            "duplicate_entity_ids":[15],"confidence":0.8})",
        passage);
    EXPECT_EQ(grounded.output["decision"], "merge");
    EXPECT_EQ(grounded.output["confidence"], 0.8);
    EXPECT_EQ(grounded.output["evidence"], json::array());
    EXPECT_THAT(grounded.refusals, IsEmpty());
    for (const auto& [ids, reason] :
         {std::pair{R"("master_entity_id":12,"duplicate_entity_ids":[16])",
                    ": duplicate_entity_ids 16 is none of those asked about"},
          {R"("master_entity_id":12,"duplicate_entity_ids":[12])",
           ": duplicate_entity_ids 12 comes twice"}}) {
        const auto answer = std::string(R"({"reason":"One name.","decision":"merge",)") + ids +
                            R"(,"confidence":0.8})";
        const auto refused = ground_as("entity_dedupe", answer.c_str(), passage);
        EXPECT_TRUE(refused.output.is_null());
        EXPECT_THAT(reasons(refused), ElementsAre(reason));
    }
}

TEST(Families, TheSchemaOfAMergeTakesTheEntitiesAskedAboutAlone) {
    Passage passage;
    passage.payload = {{"first_entity_id", 12}, {"second_entity_id", 15}};
    const auto schema = narrow(type_named("entity_dedupe").output_schema, passage);
    EXPECT_EQ(schema["properties"]["master_entity_id"]["enum"], json({12, 15}));
    EXPECT_EQ(schema["properties"]["duplicate_entity_ids"]["items"]["enum"], json({12, 15}));
}

}  // namespace
}  // namespace almagest::contract
