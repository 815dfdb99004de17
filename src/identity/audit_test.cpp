#include "identity/audit.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace almagest::identity {
namespace {

using testing::IsEmpty;

Judgement judged(const Name& a, const Name& b, std::size_t shared = 0) {
    WordCounts counts;
    counts.add(a.key);
    counts.add(b.key);
    for (int i = 0; i < 2000; ++i) counts.add(i % 2 == 0 ? "john center" : "joan medical center");
    auto one_way = judge(a, b, counts, shared);
    EXPECT_DOUBLE_EQ(one_way.score, judge(b, a, counts, shared).score) << a.key << ", " << b.key;
    return one_way;
}

double score(const char* a, const char* b) {
    return judged({a, ""}, {b, ""}).score;
}

bool has(const Judgement& judgement, EvidenceKind kind) {
    return std::any_of(judgement.evidence.begin(), judgement.evidence.end(),
                       [&](const Evidence& evidence) { return evidence.kind == kind; });
}

TEST(Judge, TakesSlipsOrderInitialsAndAbbreviationsForOneName) {
    for (const auto& [a, b] : {std::pair{"mirelle voss", "mirele voss"},
                               {"voss mirelle", "mirelle voss"},
                               {"ada augusta byron", "ada a byron"},
                               {"arno whitlock incorporated", "arno whitlock inc"},
                               {"harrow ford battle", "harrowford battle"},
                               {"лев толстой граф", "лев толстои граф"}})
        EXPECT_GT(score(a, b), likely_one) << a << ", " << b;
}

TEST(Judge, NeverTakesNamesThatDifferInANumberForOne) {
    for (const auto& [a, b] : {std::pair{"lantern ii", "lantern iii"},
                               {"debian 1 1", "debian 1 2"},
                               {"episode iv", "episode v"},
                               {"hypervisor 4 1 4", "hypervisor 4 4 1"},
                               {"r2 d2", "r2 d3"},
                               {"world war one", "world war two"},
                               {"tarn", "tarn 2"},
                               {"notepad++", "notepad"},
                               {"visual c++", "visual c#"},
                               {"henry v", "henry"}}) {
        EXPECT_FALSE(numbers_agree(a, b));
        EXPECT_EQ(score(a, b), 0) << a << ", " << b;
        EXPECT_EQ(judged({a, ""}, {b, ""}, 9).score, 0) << a << ", " << b;
    }
    EXPECT_TRUE(numbers_agree("v kovac", "vera kovac")) << "an initial is no numeral";
    EXPECT_TRUE(numbers_agree("pier 3 house 12", "house 12 pier 3"));
}

TEST(Judge, TellsNamesApartWhoseDifferenceManyNamesHave) {
    EXPECT_LT(score("john center", "joan center"), likely_one);
    EXPECT_LT(score("university of alberta", "college of music"), likely_one);
    EXPECT_LT(score("alger", "harry moncrieff alger"), likely_one);
}

TEST(Judge, WeighsTypesAndRelations) {
    const auto plain = judged({"heron kestrel", ""}, {"herom kestrle", ""});
    const auto clash = judged({"heron kestrel", "ship"}, {"herom kestrle", "bird"});
    const auto shared = judged({"heron kestrel", ""}, {"herom kestrle", ""}, 2);
    EXPECT_LT(clash.score, plain.score);
    EXPECT_GT(shared.score, plain.score);
    EXPECT_TRUE(has(clash, EvidenceKind::type_clash));
    EXPECT_TRUE(has(shared, EvidenceKind::shared_relation));
    EXPECT_TRUE(has(judged({"mirelle voss", ""}, {"mirele voss", ""}), EvidenceKind::sound));
}

TEST(SoundOf, IsSoundex) {
    EXPECT_EQ(sound_of("robert"), "r163");
    EXPECT_EQ(sound_of("rupert"), "r163");
    EXPECT_EQ(sound_of("tymczak"), "t522");
    EXPECT_EQ(sound_of("ashcraft"), "a261");
    EXPECT_EQ(sound_of("東京"), "");
}

TEST(Audit, PairsNoNameWithItself) {
    EXPECT_THAT(audit({{"mr j p thorne", "person"}, {"the oar of the coast", ""}}, 1, 0.0),
                IsEmpty());
}

TEST(Audit, FindsPairsBestFirstAndExplainsThem) {
    const std::vector<Name> names = {{"mirelle voss", "person"},
                                     {"tarn", "place"},
                                     {"mirele voss", "person"},
                                     {"lantern ii", "ship"},
                                     {"lantern iii", "ship"},
                                     {"voss mirelle", "person"},
                                     {"", ""}};
    const auto pairs = audit(names);
    ASSERT_EQ(pairs.size(), 3U);
    EXPECT_TRUE(std::is_sorted(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
        return a.judgement.score > b.judgement.score;
    }));
    for (const auto& pair : pairs) {
        EXPECT_LT(pair.first, pair.second);
        EXPECT_FALSE(pair.judgement.evidence.empty());
    }
    EXPECT_THAT(audit({}), IsEmpty());
    EXPECT_EQ(audit(names, 1).size(), pairs.size());
}

}  // namespace
}  // namespace almagest::identity
