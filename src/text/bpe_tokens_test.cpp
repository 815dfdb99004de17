#include "text/bpe_tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "error/error.h"
#include "text/code_points.h"
#include "text/small_vocabulary.h"

namespace almagest::text {
namespace {

/// The definition: of all neighbours whose bytes together are a token, the lowest rank and of equal
/// ones the first is joined, until there is none.
std::vector<std::uint32_t> merged_naively(const BpeVocabulary& vocabulary,
                                          const std::string& piece) {
    if (vocabulary.rank(piece) != BpeVocabulary::kNone) return {vocabulary.rank(piece)};
    std::vector<std::string> parts;
    for (const char c : piece) parts.emplace_back(1, c);
    for (;;) {
        auto best = BpeVocabulary::kNone;
        std::size_t place = 0;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            const auto rank = vocabulary.rank(parts[i] + parts[i + 1]);
            if (rank < best) {
                best = rank;
                place = i;
            }
        }
        if (best == BpeVocabulary::kNone) break;
        parts[place] += parts[place + 1];
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(place) + 1);
    }
    std::vector<std::uint32_t> ids;
    ids.reserve(parts.size());
    for (const auto& part : parts) ids.push_back(vocabulary.rank(part));
    return ids;
}

std::string random_text(unsigned seed, std::size_t parts) {
    static const std::vector<std::string> pool{
        "Orla ", "sailed", " the ",  "lighthouse", "\n",  "\n\n", "  ",     ".", "aaaaa", "in",
        "the",   "\u6C38", "\u0301", "1871",       "'ll", "'r",   "\t",     "X", "ing",   "\u00A0",
        "!?",    "\u3000", "h",      "t",          " ",   "\r\n", "\u00E9", "/", "'"};
    std::mt19937 random(seed);
    std::string text;
    for (std::size_t i = 0; i < parts; ++i) text += pool[random() % pool.size()];
    return text;
}

class RulesAndSeeds : public testing::TestWithParam<PieceRules> {};

TEST_P(RulesAndSeeds, MergeAsDefined) {
    const auto vocabulary = small_vocabulary();
    const BpeTokens tokens(vocabulary, GetParam());
    for (unsigned seed = 0; seed < 100; ++seed) {
        const auto text = random_text(seed, 60);
        std::vector<std::uint32_t> expected;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = piece_end(GetParam(), text, at);
            for (const auto id : merged_naively(*vocabulary, text.substr(at, end - at))) {
                expected.push_back(id);
            }
            at = end;
        }
        EXPECT_EQ(tokens.encode(text), expected) << seed;
        EXPECT_EQ(tokens.count(text), expected.size()) << seed;
    }
}

TEST_P(RulesAndSeeds, CountAnyPartAsATextOfItsOwn) {
    const BpeTokens tokens(small_vocabulary(), GetParam());
    for (unsigned seed = 0; seed < 60; ++seed) {
        const auto text = random_text(seed, 50);
        const CodePointIndex index(text);
        const auto measured = tokens.measure(text);
        std::mt19937 random(seed);
        for (int i = 0; i < 200; ++i) {
            auto from = index.byte_of(random() % (index.size() + 1));
            auto to = index.byte_of(random() % (index.size() + 1));
            if (from > to) std::swap(from, to);
            ASSERT_EQ(measured->count(from, to), tokens.count(text.substr(from, to - from)))
                << seed << ": " << from << " to " << to << " of " << text;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, RulesAndSeeds,
                         testing::Values(PieceRules::r50k, PieceRules::cl100k, PieceRules::o200k));

TEST(BpeTokens, MergeLongPiecesAsShortOnes) {
    const auto vocabulary = small_vocabulary();
    const BpeTokens tokens(vocabulary, PieceRules::cl100k);
    std::mt19937 random(7);
    for (const std::size_t length : {95U, 96U, 97U, 98U, 200U, 1000U}) {
        std::string word;
        while (word.size() < length) word += "aehilngorstu"[random() % 12];
        EXPECT_EQ(tokens.encode(word), merged_naively(*vocabulary, word)) << word;
        const std::string same(length, 'a');
        EXPECT_EQ(tokens.encode(same), merged_naively(*vocabulary, same)) << length;
    }
}

TEST(BpeTokens, MeasureAnEndlessWord) {
    const BpeTokens tokens(small_vocabulary(), PieceRules::cl100k);
    std::string text = "Orla sailed. ";
    for (int i = 0; i < 20'000; ++i) text += "lighthousea";
    text += " The end.";
    const auto measured = tokens.measure(text);
    for (const auto& [from, to] :
         std::vector<std::pair<std::size_t, std::size_t>>{{0, text.size()},
                                                          {5, 900},
                                                          {100'000, 101'000},
                                                          {100'000, text.size()},
                                                          {13, text.size() - 3},
                                                          {12, 13}}) {
        EXPECT_EQ(measured->count(from, to), tokens.count(text.substr(from, to - from)))
            << from << " to " << to;
    }
}

TEST(BpeTokens, TellHowFarTokensReach) {
    const BpeTokens tokens(small_vocabulary(), PieceRules::cl100k);
    const std::string text = "Orla sailed the lighthouse the the";
    const auto measured = tokens.measure(text);
    EXPECT_EQ(measured->reach(0, 2), std::string("Orla sailed").size());
    EXPECT_EQ(measured->reach(4, 1), std::string("Orla sailed").size());
    EXPECT_EQ(measured->reach(0, 1000), text.size());
    EXPECT_EQ(measured->reach_back(text.size(), 2), text.size() - 8);
    EXPECT_EQ(measured->reach_back(text.size(), 1000), 0U);
}

TEST(BpeTokens, OfNoTextAreNone) {
    const BpeTokens tokens(small_vocabulary(), PieceRules::o200k);
    EXPECT_EQ(tokens.count(""), 0U);
    EXPECT_TRUE(tokens.encode("").empty());
    EXPECT_EQ(tokens.measure("")->count(0, 0), 0U);
}

TEST(BpeTokens, AreCountedInSeveralThreads) {
    const BpeTokens tokens(small_vocabulary(), PieceRules::cl100k);
    const auto text = random_text(3, 2000);
    const auto expected = tokens.count(text);
    std::vector<std::size_t> counted(4);
    {
        std::vector<std::jthread> threads;
        threads.reserve(counted.size());
        for (auto& count : counted) {
            threads.emplace_back([&] { count = tokens.measure(text)->count(0, text.size()); });
        }
    }
    EXPECT_EQ(counted, std::vector<std::size_t>(4, expected));
}

TEST(LoadBpeTokens, TakesTheRulesFromTheFilesName) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "almagest-bpe";
    std::filesystem::create_directories(folder);
    const auto content = vocabulary_file(small_vocabulary_tokens());
    std::ofstream(folder / "o200k_small.tiktoken", std::ios::binary) << content;
    std::ofstream(folder / "small.tiktoken", std::ios::binary) << content;
    EXPECT_EQ(load_bpe_tokens(folder / "o200k_small.tiktoken", "")->count("don't"), 5U);
    EXPECT_EQ(load_bpe_tokens(folder / "small.tiktoken", "r50k")->count("71871"), 3U);
    EXPECT_THROW((void)load_bpe_tokens(folder / "small.tiktoken", ""), UsageError);
    EXPECT_THROW((void)load_bpe_tokens(folder / "o200k_small.tiktoken", "mine"), UsageError);
    EXPECT_THROW((void)load_bpe_tokens(folder / "cl100k_missing.tiktoken", ""), UsageError);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace almagest::text
