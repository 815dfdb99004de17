#include "text/unchanged_chunks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "text/chunk_contents.h"
#include "text/code_points.h"

namespace almagest::text {
namespace {

const ChunkPolicy policy{60, 0, 12};

std::vector<std::string> paragraphs(int count, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) {
        std::string paragraph = "Keeper N\u00E9" + std::to_string(i);
        const auto sentences = 1 + random() % 6;
        for (unsigned s = 0; s < sentences; ++s)
            paragraph += " watches light " + std::to_string(random() % 1000) + " at sea. He";
        all.push_back(paragraph + " sleeps.\n\n");
    }
    return all;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) text += part;
    return text;
}

std::vector<Chunk> cut_again(const std::string& before, const std::string& now,
                             const ChunkPolicy& by = policy, double ratio = 4.0) {
    const auto earlier = chunk_text(before, by, EstimatedTokens());
    return chunk_text(now, by, EstimatedTokens(ratio), "en",
                      unchanged_chunks(before, earlier, now));
}

/// Of the chunks of `now`, those whose content `before` did not have as a chunk.
std::size_t asked_anew(const std::string& before, const std::string& now,
                       const ChunkPolicy& by = policy, double ratio = 4.0) {
    const auto had = contents(before, chunk_text(before, by, EstimatedTokens()));
    const std::set<std::string> known(had.begin(), had.end());
    const auto has = contents(now, cut_again(before, now, by, ratio));
    return static_cast<std::size_t>(std::count_if(
        has.begin(), has.end(), [&](const std::string& one) { return !known.contains(one); }));
}

TEST(UnchangedChunks, KeepsAllOfATextThatDidNotChangeWhateverTheEstimateIsNow) {
    const auto text = joined(paragraphs(60));
    EXPECT_EQ(asked_anew(text, text), 0U);
    EXPECT_EQ(asked_anew(text, text, policy, 7.0), 0U);
}

TEST(UnchangedChunks, CutsAnewWhatIsOverTheMaximumByNow) {
    const auto text = joined(paragraphs(60));
    for (const auto& chunk : cut_again(text, text, policy, 2.0))
        EXPECT_LE(chunk.tokens, policy.maximum);
}

TEST(UnchangedChunks, AWordThatGrowsAtTheBeginningShiftsNoChunkBehindIt) {
    auto parts = paragraphs(60);
    const auto before = joined(parts);
    parts[0] = "An uncommonly long and quite new beginning stands here. " + parts[0];
    EXPECT_LE(asked_anew(before, joined(parts)), 3U);
}

TEST(UnchangedChunks, SeveralChangesAskAboutTheirOwnChunksOnly) {
    auto parts = paragraphs(80);
    const auto before = joined(parts);
    parts[70].replace(0, 6, "Warden");
    parts.erase(parts.begin() + 40);
    parts.insert(parts.begin() + 10, "A paragraph that was not there at all before.\n\n");
    const auto now = joined(parts);
    EXPECT_LE(asked_anew(before, now), 6U);
    EXPECT_EQ(joined(contents(now, cut_again(before, now))), now);
}

TEST(UnchangedChunks, OverlapsOfWhatChangedAreAskedAboutToo) {
    const ChunkPolicy overlapping{60, 20, 12};
    auto parts = paragraphs(60);
    const auto before = joined(parts);
    parts[30] = "Another one altogether.\n\n";
    EXPECT_LE(asked_anew(before, joined(parts), overlapping), 5U);
}

TEST(UnchangedChunks, APieceThatIsTooShortJoinsWhatIsBeforeIt) {
    auto parts = paragraphs(60);
    const auto before = joined(parts);
    const auto first = chunk_text(before, policy, EstimatedTokens())[0].range.end;
    auto now = before;
    now.insert(CodePointIndex(before).byte_of(first), "So.\n\n");
    for (const auto& content : contents(now, cut_again(before, now))) EXPECT_NE(content, "So.\n\n");
}

TEST(UnchangedChunks, ASentenceThatGoesOnIsNotLeftWhereItWasCut) {
    const std::string before =
        "The lighthouse keeper of the northern isle went home before the storm.";
    const auto earlier = chunk_text(before, policy, EstimatedTokens());
    EXPECT_EQ(unchanged_chunks(before, earlier, before + "\u0301 And so on.").size(), 0U);
    EXPECT_EQ(unchanged_chunks(before, earlier, before).size(), 1U);
}

class RandomChanges : public testing::TestWithParam<unsigned> {};

TEST_P(RandomChanges, LeaveATextRestoredInChunksWithinTheMaximum) {
    std::mt19937 random(GetParam());
    auto parts = paragraphs(40, GetParam());
    const auto before = joined(parts);
    for (int change = 0; change < 6; ++change) {
        const auto at = random() % parts.size();
        switch (random() % 4) {
            case 0:
                parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            case 1:
                std::swap(parts[at], parts[random() % parts.size()]);
                break;
            case 2:
                parts[at].insert(0, "\u00C9t\u00E9 ");
                break;
            default:
                parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(at), parts[at]);
        }
    }
    const auto now = joined(parts);
    for (const auto& by : {policy, ChunkPolicy{60, 20, 12}, ChunkPolicy{30, 0, 30}}) {
        std::string restored;
        const CodePointIndex index(now);
        for (const auto& chunk : cut_again(before, now, by)) {
            EXPECT_LE(chunk.tokens, by.maximum);
            EXPECT_EQ(chunk.tokens, EstimatedTokens().count(index.slice(chunk.range)));
            restored += index.slice({chunk.fresh, chunk.range.end});
        }
        EXPECT_EQ(restored, now);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomChanges, testing::Range(0U, 40U));

}  // namespace
}  // namespace almagest::text
