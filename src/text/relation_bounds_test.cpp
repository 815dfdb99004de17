#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "text/dates.h"
#include "text/names.h"

namespace almagest::text {
namespace {

struct Relation {
    const char* sentence;
    const char* from;
    const char* to;
    const char* wording;
    const char* expected;
};

// Test names are made of what is printed; sentences would not do.
void PrintTo(const Relation& relation, std::ostream* out) {
    *out << relation.wording;
}

std::string bounds(const Relation& relation) {
    const auto mention = [&](const char* name) {
        const auto found = find_words(relation.sentence, name);
        return found.empty() ? Range{} : found.front();
    };
    const auto span = bounds_for(relation.sentence, mention(relation.from), mention(relation.to),
                                 relation.wording);
    if (!span) return "none";
    if (span->point) return "at " + span->bounds.start->said;
    return (span->bounds.start ? span->bounds.start->said : "") + " -> " +
           (span->bounds.end ? span->bounds.end->said : "");
}

class BoundsFor : public testing::TestWithParam<Relation> {};

TEST_P(BoundsFor, TheRelationAreThoseOfItsClause) {
    EXPECT_EQ(bounds(GetParam()), GetParam().expected) << GetParam().sentence;
}

constexpr auto* two_predicates =
    "Mirella Quist opened the Heron Mill in May 1893 and ran it until June 1901.";
constexpr auto* aside =
    "Orla Venn, who joined the Guild in 1881, captained the Silver Tern from 1890 until 1896.";

INSTANTIATE_TEST_SUITE_P(
    Clauses, BoundsFor,
    testing::Values(
        Relation{two_predicates, "Mirella Quist", "Heron Mill", "opened", "at May 1893"},
        Relation{two_predicates, "Mirella Quist", "Heron Mill", "ran", " -> June 1901"},
        Relation{two_predicates, "Mirella Quist", "Heron Mill", "opened_by", "at May 1893"},
        Relation{aside, "Orla Venn", "Guild", "joined", "at 1881"},
        Relation{aside, "Orla Venn", "Silver Tern", "captain_of", "1890 -> 1896"},
        Relation{"Tam led the crew from April 2001 until April 2002.", "Tam", "crew", "leader_of",
                 "April 2001 -> April 2002"},
        Relation{"In March 1850, Tam met Orla and founded the Guild.", "Tam", "Guild", "founded",
                 "at March 1850"},
        Relation{"Tam founded the Guild in 1850; Orla joined it in 1861.", "Orla", "Guild",
                 "member_of", "at 1861"},
        Relation{"Tam founded the Guild in 1850; Orla joined it in 1861.", "Orla", "", "joined",
                 "at 1861"},
        Relation{"Tam (born 1820) and Orla (born 1831) owned the mill.", "Orla", "mill", "owned",
                 "at 1831"},
        Relation{"Tam has been the keeper since April 2020.", "Tam", "keeper", "is",
                 "April 2020 -> "},
        Relation{"Tam won the cup in 1996 and in 1998.", "Tam", "cup", "won", "none"},
        Relation{"Tam built the mill and sold it in 1901.", "Tam", "mill", "built", "none"},
        Relation{"Tam designed and built the mill in 1852.", "Tam", "mill", "designed", "at 1852"},
        Relation{"Tam built the mill.", "Tam", "mill", "built", "none"},
        Relation{"The mill opened on April 8th, 1907, and closed in 1911.", "mill", "", "closed",
                 "at 1911"},
        Relation{"The mill opened on April 8th, 1907, and closed in 1911.", "mill", "", "opened",
                 "at April 8th, 1907"},
        Relation{"Nothing matches here but 1999 does: in 1999.", "", "", "owned", "at 1999"}));

TEST(BoundsForMentions, OutsideTheSentenceCountAsNotMentioned) {
    const auto span = bounds_for("It ran in 1999.", {900, 904}, {0, 0}, "ran");
    ASSERT_TRUE(span);
    EXPECT_TRUE(span->point);
}

}  // namespace
}  // namespace almagest::text
