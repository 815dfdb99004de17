#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/error.h"
#include "evaluation/gold.h"
#include "evaluation/names.h"
#include "evaluation/score.h"

namespace almagest::evaluation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Names, AreComparedFolded) {
    EXPECT_EQ(folded_name("  The Lantern’s   Survey. "), "lantern survey");
    EXPECT_EQ(folded_name("ISO_8601"), "iso 8601");
    EXPECT_EQ(folded_name("C++ (language)"), "c++ language");
    EXPECT_EQ(folded_name("Zoë ÅNGSTRÖM"), "zoë ångström");
    EXPECT_EQ(folded_name("ﬁrst"), "first");  // a ligature
    EXPECT_EQ(folded_name("…"), "");
}

TEST(Names, OfMonthsAreDatesAndThoseThatBeginLikeOneAreNot) {
    for (const char* date : {"march 1963", "13 march 1963", "sept 4th", "may", "mid june", "1,024"})
        EXPECT_TRUE(is_literal(date)) << date;
    for (const char* name : {"maryland", "mary", "octavian", "janet", "junction 4", "decatur"})
        EXPECT_FALSE(is_literal(name)) << name;
}

TEST(Names, StandForAThingWhoseNameHoldsThem) {
    NameIndex index;
    index.add("Anselm Quill", "quill");
    index.add("Salt Letters", "letters");
    index.add("Salt Road", "road");
    EXPECT_THAT(index.find("Captain Anselm Quill"), ElementsAre("quill"));
    EXPECT_THAT(index.find("quill"), ElementsAre("quill"));
    EXPECT_TRUE(index.find("Salt").empty()) << "two may be meant";
    EXPECT_TRUE(index.find("the old book of Anselm Quill").empty()) << "too much beside it";
    EXPECT_TRUE(index.find("Qu").empty());
}

constexpr const char* documents = R"({"id": "one", "title": "One", "text": "…",
 "entities": [{"id": 1, "name": "Ada", "type": "PER", "aliases": ["Ada Byron"]}, {"id": 2, "name": "Bo", "type": "PER"},
              {"id": 3, "name": "Cy", "type": "PER"}, {"id": 4, "name": "1871", "type": "TIME"}],
 "relations": [{"head": 1, "tail": 2, "type": "led", "start": "1871-05", "end": "1874"}, {"head": 2, "tail": 3, "type": "director"},
               {"head": 1, "tail": 4, "type": "born"}], "primary_type": "biography"})";

GoldDocument one_document() {
    std::string line(documents);
    std::erase(line, '\n');
    return read_gold(line, "gold.jsonl").at(0);
}

TEST(Gold, IsReadFromADocumentALine) {
    const auto gold = one_document();
    EXPECT_THAT(gold.entities.at(0).names, ElementsAre("Ada", "Ada Byron"));
    EXPECT_TRUE(gold.entities.at(3).literal);
    EXPECT_EQ(gold.relations.size(), 3U);
    EXPECT_EQ(gold.page_type, "biography");
}

TEST(Gold, IsReadFromAnItemALine) {
    const auto gold = read_gold(
        "{\"kind\":\"entity\",\"id\":\"ian\",\"name\":\"Ian\",\"evidence\":[{\"page\":\"leaders\"}]"
        "}\n\n"
        "{\"kind\":\"relation\",\"page\":\"leaders\",\"from\":\"ian\",\"type\":\"led\",\"to\":"
        "\"debian\","
        "\"start_date\":\"1993-08-01\",\"end_date\":null}\n"
        "{\"kind\":\"page\",\"page\":\"other\",\"primary_type\":\"list\"}\n"
        "{\"kind\":\"trap\",\"page\":\"other\",\"name\":\"Nobody\"}\n",
        "gold.jsonl");
    ASSERT_EQ(gold.size(), 2U);
    EXPECT_EQ(gold[0].id, "leaders");
    ASSERT_EQ(gold[0].entities.size(), 2U) << "an end that is not listed is an optional entity";
    EXPECT_TRUE(gold[0].entities[1].optional);
    EXPECT_EQ(gold[0].relations[0].start, "1993-08-01");
    EXPECT_THAT(gold[1].traps, ElementsAre("Nobody"));
}

TEST(Gold, OfTriplesOfNamesIsReadAsRelations) {
    const auto gold = read_gold(
        R"({"id":"t","text":"…","triples":[{"head":"Hell Verse","type":"director","tail":"Abe"},)"
        R"({"head":"Hell Verse","type":"publication date","tail":"01 January 2010"}]})",
        "g")[0];
    EXPECT_EQ(gold.relations.size(), 2U);
    EXPECT_FALSE(gold.lists_entities);
    Found found;
    found.entities = {{{"Abe"}, "", true}, {{"Bleach"}, "", true}};
    found.relations = {{{"Hell Verse"}, "directed by", {"Abe"}, "", "", true}};
    const auto scores = score(gold, found, {});
    EXPECT_EQ(scores.ordered.f1(), 1.0) << "a date is no end that counts";
    EXPECT_EQ(scores.entities.f1(), std::nullopt) << "gold does not list them";
}

TEST(Gold, OfOneThingsRelationsIsAboutThatThing) {
    const auto gold = read_gold(
        R"({"id":"w","name":"Rosita","title":"Rosita, cadet","relations":[{"type":"homeworld",)"
        R"("tail":"Lothal","tail_surface":"planet Lothal","in_text":true},)"
        R"({"type":"species","tail":"Human","tail_surface":"Human","in_text":false}]})",
        "g")[0];
    EXPECT_EQ(gold.relations.at(0).head, "Rosita");
    EXPECT_TRUE(gold.relations.at(1).optional) << "the text does not say it";
    Found found;
    found.relations = {{{"Rosita"}, "came from", {"planet Lothal"}, "", "", true}};
    EXPECT_EQ(score(gold, found, {}).ordered.f1(), 1.0);
}

TEST(Gold, ThatIsBrokenIsNamedByItsLine) {
    const auto sentence = [](const std::string& text) -> std::string {
        try {
            (void)read_gold(text, "g.jsonl");
        } catch (const UsageError& error) {
            return error.what();
        }
        return "accepted";
    };
    EXPECT_THAT(sentence("{\"id\":\"a\"}\nnonsense\n"), HasSubstr("g.jsonl:2:"));
    EXPECT_THAT(sentence("{\"id\":\"a\",\"entities\":[{}]}"), HasSubstr("without \"name\""));
    EXPECT_THAT(sentence("{\"kind\":\"entity\",\"name\":\"x\"}"), HasSubstr("names no \"page\""));
    EXPECT_THAT(sentence("[1]"), HasSubstr("no JSON object"));
    EXPECT_THAT(sentence("\n"), HasSubstr("holds no gold"));
}

FoundThing thing(const std::string& name) {
    return {{name}, "", true};
}

TEST(Scores, AreThoseCountedByHand) {
    Found found;
    found.entities = {thing("Ada"), {{"Dora"}, "", false}, thing("1872"), thing("Bo")};
    found.relations = {
        {{"Ada Byron"}, "led", {"Bo"}, "1871-05-01", "1875-12-31", true},  // right, one bound wrong
        {{"Cy"}, "met", {"Bo"}, "", "", true},                             // the wrong way round
        {{"Ada"}, "knows", {"Cy"}, "", "", true},                          // extra
        {{"Ada"}, "born", {"1871"}, "", "", true},                         // a literal: not judged
        {{"He"}, "led", {"Bo"}, "", "", true}};                            // not valid
    found.page_type = "Biography";
    const auto scores = score(one_document(), found, {});
    EXPECT_EQ(scores.entities.right, 2U);   // Ada, Bo
    EXPECT_EQ(scores.entities.missed, 1U);  // Cy
    EXPECT_EQ(scores.entities.extra, 1U);   // Dora; 1872 is a literal
    EXPECT_DOUBLE_EQ(*scores.entities.f1(), 4.0 / 6);
    EXPECT_EQ(scores.pairs.right, 2U);
    EXPECT_EQ(scores.pairs.extra, 1U);
    EXPECT_EQ(scores.pairs.missed, 0U);
    EXPECT_EQ(scores.ordered.right, 1U);
    EXPECT_EQ(scores.ordered.extra, 2U);
    EXPECT_EQ(scores.ordered.missed, 1U);
    EXPECT_DOUBLE_EQ(*scores.ordered.precision(), 1.0 / 3);
    EXPECT_EQ(scores.direction_errors.part, 1U);
    EXPECT_EQ(scores.direction_errors.whole, 2U);
    EXPECT_EQ(scores.bounds.part, 1U);  // 1871-05, not 1874
    EXPECT_EQ(scores.bounds.whole, 2U);
    EXPECT_EQ(scores.valid.part, 4U);
    EXPECT_EQ(scores.valid.whole, 5U);
    EXPECT_EQ(scores.valid_but_wrong.part, 2U);  // the wrong way round, and extra
    EXPECT_EQ(scores.valid_but_wrong.whole, 3U);
    EXPECT_EQ(scores.grounded.part, 8U);
    EXPECT_EQ(scores.grounded.whole, 9U);
    EXPECT_EQ(scores.page_types.part, 1U);
}

TEST(Scores, ReadInversePredicatesTheOtherWayRound) {
    Found found;
    found.relations = {{{"Cy"}, "directed", {"Bo"}, "", "", true}};
    EXPECT_EQ(score(one_document(), found, {}).ordered.right, 0U);
    EXPECT_EQ(score(one_document(), found, {{"director", "^direct"}}).ordered.right, 1U);
}

TEST(Scores, ReadAPassiveTheOtherWayRound) {
    Found found;
    const auto ordered = [&](const char* predicate) {
        found.relations = {{{"Cy"}, predicate, {"Bo"}, "", "", true}};
        return score(one_document(), found, {}).ordered.right;
    };
    EXPECT_EQ(ordered("was_directed_by"), 1U);
    EXPECT_EQ(ordered("was_paid_by"), 0U);
    EXPECT_EQ(ordered("by"), 0U);
}

TEST(Scores, OfGoldGivenAsFoundArePerfect) {
    const auto gold = one_document();
    Found found;
    for (const auto& entity : gold.entities) found.entities.push_back({entity.names, "", true});
    found.relations = {{{"Ada"}, "led", {"Bo"}, "1871-05-31", "1874-12-31", true},
                       {{"Bo"}, "director", {"Cy"}, "", "", true}};
    const auto scores = score(gold, found, {});
    EXPECT_EQ(*scores.entities.f1(), 1.0);
    EXPECT_EQ(*scores.ordered.f1(), 1.0);
    EXPECT_EQ(*scores.bounds.value(), 1.0);
    EXPECT_TRUE(scores.remarks.empty());
    EXPECT_EQ(scores.events.f1(), std::nullopt);
}

TEST(Scores, TellWhichFactsTheRowsTell) {
    const auto gold =
        read_gold(R"({"id":"f","facts":["Bees are crucial pollinators in agriculture.",)"
                  R"("Farmers can plant bee-friendly flowers.","Honey was sold in Oslo."]})",
                  "g")[0];
    Found found;
    found.relations = {{{"Bees"}, "are crucial pollinators of", {"agriculture"}, "", "", true},
                       {{"Farmers"}, "pay", {"taxes"}, "", "", true}};
    const auto scores = score(gold, found, {});
    EXPECT_EQ(scores.facts.part, 1U);
    EXPECT_EQ(scores.facts.whole, 3U);
    EXPECT_EQ(scores.pairs.extra, 0U) << "gold lists no relations to judge by";
    EXPECT_THAT(scores.remarks, ElementsAre(HasSubstr("Farmers"), HasSubstr("Honey")));
}

TEST(Scores, GiveEachPageTypeTheSameWeight) {
    const auto gold = read_gold(R"({"id":"1","class":"person"})"
                                "\n"
                                R"({"id":"2","class":"person"})"
                                "\n"
                                R"({"id":"3","class":"file_format"})",
                                "g");
    Scores all;
    for (const auto* found : {"person", "Person", "person"}) {
        Found page;
        page.page_type = found;
        all += score(gold[all.documents], page, {});
    }
    EXPECT_EQ(all.page_types.part, 2U);
    EXPECT_DOUBLE_EQ(*all.page_type_macro_f1(), (0.8 + 0.0) / 2);  // 2 of 3 said, 2 of 2 found
}

TEST(Scores, CountEventsTheirDatesAndTraps) {
    auto gold = read_gold(
        "{\"id\":\"d\",\"events\":[{\"name\":\"Battle of Harrow "
        "Ford\",\"date\":\"1402-06-11\"},"
        "{\"name\":\"Siege of Kestrel Point\"}],\"traps\":[\"Example Person\"]}",
        "g")[0];
    Found found;
    found.events = {{{"Harrow Ford battle"}, "", true},
                    {{"Battle of Harrow Ford"}, "1402-06-11", true},
                    {{"Fire"}, "", true}};
    found.entities = {thing("example person")};
    const auto scores = score(gold, found, {});
    EXPECT_EQ(scores.events.right, 1U);
    EXPECT_EQ(scores.events.missed, 1U);
    EXPECT_EQ(scores.events.extra, 2U);
    EXPECT_EQ(scores.dates.part, 1U);
    EXPECT_EQ(scores.dates.whole, 1U);
    EXPECT_EQ(scores.traps, 1U);
}

}  // namespace
}  // namespace almagest::evaluation
