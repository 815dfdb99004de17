// Each form of gold, given back as if it had been found: it must be perfect, and each relation that
// is given back the other way round an error of direction.
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "evaluation/gold.h"
#include "evaluation/score.h"

namespace almagest::evaluation {
namespace {

/// The first or the last day of what gold says.
std::string day_of(std::string date, bool last) {
    date = date.substr(0, date.find('/'));
    if (date.size() == 4) date += last ? "-12" : "-01";
    if (date.size() == 7) date += last ? "-28" : "-01";
    return date;
}

using Names = std::map<std::string, std::vector<std::string>>;

std::vector<FoundThing> things_of(const std::vector<GoldThing>& gold, Names& names) {
    std::vector<FoundThing> found;
    for (const auto& thing : gold) {
        names[thing.id] = thing.names;
        for (const auto& name : thing.names) names.try_emplace(name, thing.names);
        const auto date = thing.date.empty() ? "" : day_of(thing.date, false);
        if (!thing.optional) found.push_back({thing.names, date});
    }
    return found;
}

Found found_as(const GoldDocument& gold, bool reversed) {
    Found found;
    Names names;
    found.entities = things_of(gold.entities, names);
    found.events = things_of(gold.events, names);
    found.works = things_of(gold.works, names);
    for (const auto& relation : gold.relations) {
        if (relation.optional) continue;
        FoundRelation one{names[relation.head], relation.type, names[relation.tail],
                          relation.start.empty() ? "" : day_of(relation.start, false),
                          relation.end.empty() ? "" : day_of(relation.end, true)};
        if (reversed) std::swap(one.subject, one.object);
        found.relations.push_back(std::move(one));
    }
    found.page_type = gold.page_type;
    return found;
}

struct Form {
    const char* name;
    const char* lines;
    std::size_t entities;
    std::size_t relations;
    std::size_t events;
    std::size_t dates;
    std::size_t page_types;
};

void PrintTo(const Form& form, std::ostream* out) {
    *out << form.name;
}

class GoldForm : public testing::TestWithParam<Form> {};

Scores scores_of(const char* lines, bool reversed) {
    Scores all;
    for (const auto& document : read_gold(lines, "gold.jsonl"))
        all += score(document, found_as(document, reversed), {});
    return all;
}

TEST_P(GoldForm, GivenAsFoundIsPerfect) {
    const auto scores = scores_of(GetParam().lines, false);
    for (const auto* tally : {&scores.entities, &scores.pairs, &scores.ordered, &scores.events})
        EXPECT_EQ(tally->extra + tally->missed, 0U);
    EXPECT_EQ(scores.entities.right, GetParam().entities);
    EXPECT_EQ(scores.ordered.right, GetParam().relations);
    EXPECT_EQ(scores.events.right, GetParam().events);
    EXPECT_EQ(scores.dates.part, GetParam().dates);
    EXPECT_EQ(scores.dates.whole, GetParam().dates);
    EXPECT_EQ(scores.page_types.part, GetParam().page_types);
    EXPECT_EQ(scores.bounds.part, scores.bounds.whole);
    EXPECT_EQ(scores.valid_but_wrong.part, 0U);
    EXPECT_EQ(scores.direction_errors.part, 0U);
}

TEST_P(GoldForm, GivenTheOtherWayRoundIsAllErrorsOfDirection) {
    const auto scores = scores_of(GetParam().lines, true);
    EXPECT_EQ(scores.pairs.right, GetParam().relations);
    EXPECT_EQ(scores.ordered.right, 0U);
    EXPECT_EQ(scores.direction_errors.part, GetParam().relations);
    EXPECT_EQ(scores.valid_but_wrong.part, scores.valid_but_wrong.whole);
}

constexpr Form forms[] = {
    {"entities_with_mentions_and_numbers",
     R"({"id": "d-0", "title": "Quill", "text": "…", "sentences": [[0, 9]], "entities": [{"id": 0, "name": "Anselm Quill", "type": "PER", "aliases": ["Quill"], "mentions": []}, {"id": 1, "name": "Maryland", "type": "LOC", "aliases": []}, {"id": 2, "name": "13 March 1963", "type": "TIME"}, {"id": 3, "name": "two", "type": "NUM"}], "relations": [{"head": 0, "type": "P19", "tail": 1, "evidence": [0]}, {"head": 0, "type": "P569", "tail": 2}]})",
     2, 1, 0, 0, 0},
    {"triples_of_an_ontology",
     R"({"id": "o:test_1", "ontology": "film", "text": "…", "triples": [{"head": "The Tide", "type": "director", "tail": "Isolde Marrow"}, {"head": "The Tide", "type": "cast member", "tail": "The Who"}, {"head": "The Tide", "type": "publication date", "tail": "01 January 2010"}, {"head": "The Tide", "type": "based on", "tail": "Tide"}]})",
     0, 2, 0, 0, 0},
    {"one_things_relations",
     R"({"id": "w-1", "title": "Orrin", "name": "Orrin", "text": "…", "relations": [{"type": "homeworld", "tail": "Brass Coast", "tail_surface": "the Coast", "in_text": true}, {"type": "died_date", "tail": "4 ABY", "tail_surface": "4 ABY", "in_text": true}, {"type": "born_date", "tail": "1402", "tail_surface": "1402", "in_text": true}, {"type": "species", "tail": "Orrin", "in_text": true}, {"type": "gender", "tail": "male", "in_text": false}]})",
     0, 2, 0, 0, 0},
    {"texts_of_a_kind",
     R"({"id": "s-1", "title": "Orrin", "about": "people/1", "kind": "opening_crawl", "text": "…", "mentions": [], "relations_both_named": [{"head": "people/1", "head_name": "Orrin", "type": "homeworld", "tail": "planets/1", "tail_name": "Hoth"}]})",
     0, 1, 0, 0, 0},
    {"classes_of_pages",
     R"({"id": "f-1", "title": "tonePits", "text": "…", "class": "programming_language", "tags": []})",
     0, 0, 0, 0, 1},
    {"items_with_evidence",
     R"({"kind": "entity", "id": "ian", "name": "Ian", "aliases": [], "evidence": [{"page": "leaders", "quote": "…"}]}
{"kind": "entity", "id": "debian", "name": "Debian", "evidence": [{"page": "leaders"}, {"page": "detailed"}]}
{"kind": "relation", "id": "r", "head": "ian", "type": "leader_of", "tail": "debian", "start": "1993-08", "end": "1996", "evidence": [{"page": "leaders"}]}
{"kind": "event", "id": "sale", "name": "Sale of the division", "start": "2001-01/2001-03", "end": null, "evidence": [{"page": "detailed"}]}
{"kind": "contradiction", "id": "c", "about": "packages", "value_a": "1", "value_b": "2", "evidence": [{"page": "leaders"}]}
{"kind": "trap", "id": "t", "trap": "a release that never was", "why": "…", "evidence": [{"page": "leaders"}]})",
     3, 1, 1, 1, 0},
};

INSTANTIATE_TEST_SUITE_P(All, GoldForm, testing::ValuesIn(forms),
                         [](const auto& given) { return std::string(given.param.name); });

}  // namespace
}  // namespace almagest::evaluation
