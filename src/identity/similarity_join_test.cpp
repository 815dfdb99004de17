#include "identity/similarity_join.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "error/error.h"
#include "identity/edit_distance.h"

namespace almagest::identity {
namespace {

std::size_t plain_distance(std::u32string_view a, std::u32string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto corner = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1] ? 1 : 0)});
            corner = above;
        }
    }
    return row[b.size()];
}

class Names {
  public:
    explicit Names(unsigned seed) : random_(seed) {}
    std::size_t below(std::size_t limit) { return random_() % limit; }
    /// Few letters, so that many texts are alike; some beyond ASCII.
    std::u32string text(std::size_t length) {
        std::u32string made;
        for (std::size_t i = 0; i < length; ++i) made += U"abcd éж東"[below(8)];
        return made;
    }
    std::u32string edited(std::u32string text, std::size_t edits) {
        for (; edits > 0 && !text.empty(); --edits) {
            const auto at = below(text.size());
            const auto kind = below(3);
            if (kind == 0) text.erase(at, 1);
            if (kind == 1) text.insert(at, 1, U'x');
            if (kind == 2) text[at] = U'y';
        }
        return text;
    }

  private:
    std::mt19937 random_;
};

std::vector<SimilarPair> by_brute_force(const std::vector<std::u32string>& texts,
                                        const EditsAllowed& allowed) {
    std::vector<SimilarPair> pairs;
    for (std::uint32_t a = 0; a < texts.size(); ++a)
        for (std::uint32_t b = a + 1; b < texts.size(); ++b) {
            const auto edits = plain_distance(texts[a], texts[b]);
            if (edits <= allowed(std::max(texts[a].size(), texts[b].size())))
                pairs.push_back({a, b, static_cast<std::uint32_t>(edits)});
        }
    return pairs;
}

TEST(EditPattern, GivesTheDistanceOrOneMoreThanTheLimit) {
    Names names(1);
    EditPattern pattern;
    for (int round = 0; round < 4000; ++round) {
        const auto a = names.text(names.below(round % 10 == 0 ? 200 : 40));
        const auto b =
            round % 2 == 0 ? names.edited(a, names.below(12)) : names.text(names.below(150));
        const auto apart = plain_distance(a, b);
        const auto limit = names.below(20);
        pattern.assign(a);
        EXPECT_EQ(pattern.distance(b, limit), std::min(apart, limit + 1))
            << a.size() << " " << b.size();
        EXPECT_EQ(pattern.distance(b, 1000), apart) << a.size() << " " << b.size();
    }
}

TEST(SimilarPairs, AreThoseOfBruteForce) {
    for (unsigned seed = 0; seed < 6; ++seed) {
        Names names(seed);
        std::vector<std::u32string> texts = {U"", U""};
        while (texts.size() < 140) {
            const auto text = names.text(names.below(seed % 3 == 0 ? 130 : 30));
            texts.push_back(text);
            for (auto copies = names.below(4); copies > 0; --copies)
                texts.push_back(names.edited(text, names.below(6)));
        }
        for (const double similarity : {0.5, 0.7, 0.85, 0.95}) {
            const auto allowed = edits_above(similarity);
            const auto expected = by_brute_force(texts, allowed);
            EXPECT_GT(expected.size(), 20U);
            EXPECT_EQ(similar_pairs(texts, allowed, 1 + seed % 3), expected)
                << similarity << ", seed " << seed;
        }
    }
}

TEST(SimilarPairs, FollowAnyBoundThatGrowsWithTheLength) {
    Names names(99);
    std::vector<std::u32string> texts;
    for (int i = 0; i < 150; ++i) {
        texts.push_back(names.text(names.below(40)));
        texts.push_back(names.edited(texts.back(), names.below(4)));
    }
    const EditsAllowed allowed = [](std::size_t length) -> std::size_t {
        return length < 6 ? 0 : length < 12 ? 1 : length < 20 ? 2 : 3;
    };
    EXPECT_EQ(similar_pairs(texts, allowed), by_brute_force(texts, allowed));
}

TEST(SimilarPairs, OfNoTextsAreNone) {
    EXPECT_THAT(similar_pairs({}, edits_above(0.9)), testing::IsEmpty());
}

TEST(EditsAbove, IsStrictAndRefusesWhatCannotBeJoined) {
    EXPECT_EQ(edits_above(0.95)(20), 0U);
    EXPECT_EQ(edits_above(0.95)(21), 1U);
    EXPECT_THROW((void)edits_above(0.4), UsageError);
    EXPECT_THROW((void)edits_above(1.0), UsageError);
}

}  // namespace
}  // namespace almagest::identity
