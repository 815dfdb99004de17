#include "text/chunker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>

#include "error/error.h"
#include "text/bpe_tokens.h"
#include "text/chunk_contents.h"
#include "text/small_vocabulary.h"

namespace almagest::text {
namespace {

/// Counts as the estimate does and remembers how often.
class AskedTokens final : public TokenCounter {
  public:
    [[nodiscard]] std::size_t count(std::string_view utf8) const override {
        ++asked;
        bytes += utf8.size();
        return estimate_.count(utf8);
    }
    mutable std::atomic<int> asked = 0;
    mutable std::atomic<std::size_t> bytes = 0;

  private:
    EstimatedTokens estimate_;
};

/// A tokenizer whose counts do not add up: words, long ones in several tokens, emoji dear.
class UnevenTokens final : public TokenCounter {
  public:
    [[nodiscard]] std::size_t count(std::string_view utf8) const override {
        std::size_t tokens = 0;
        std::size_t run = 0;
        for (const char c : utf8) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte >= 0x80) {
                tokens += byte >= 0xF0 ? 3 : 1;
            } else if (c == ' ' || c == '\n') {
                run = 0;
            } else if (run++ % 6 == 0) {
                ++tokens;
            }
        }
        return tokens;
    }
};

const TokenCounter& exact_tokens() {
    static const BpeTokens tokens(small_vocabulary(), PieceRules::cl100k);
    return tokens;
}

void expect_sound(const std::string& text, const ChunkPolicy& policy, const TokenCounter& counter) {
    const auto chunks = chunk_text(text, policy, counter);
    const CodePointIndex index(text);
    std::string joined;
    std::size_t at = 0;
    for (const auto& chunk : chunks) {
        ASSERT_LE(chunk.range.start, chunk.fresh);
        ASSERT_LT(chunk.fresh, chunk.range.end);
        ASSERT_LE(chunk.range.end, index.size());
        EXPECT_EQ(chunk.fresh, at);
        at = chunk.range.end;
        EXPECT_EQ(chunk.tokens, counter.count(index.slice(chunk.range)));
        EXPECT_LE(chunk.tokens, policy.maximum);
        EXPECT_LE(counter.count(index.slice({chunk.range.start, chunk.fresh})), 2 * policy.overlap);
        joined += index.slice({chunk.fresh, chunk.range.end});
    }
    EXPECT_EQ(joined, text);
    const auto again = chunk_text(text, policy, counter);
    ASSERT_EQ(again.size(), chunks.size());
    for (std::size_t i = 0; i < chunks.size(); ++i) EXPECT_EQ(again[i].range, chunks[i].range);
}

std::string random_text(unsigned seed) {
    static const std::vector<std::string> pieces{"Orla ",
                                                 "sailed. ",
                                                 "Dr. Venn ",
                                                 "e\u0301te\u0301 ",
                                                 "👩‍🚀🇫🇷 ",
                                                 "晨星號離開了港口。",
                                                 "\n",
                                                 "\n\n",
                                                 "\n\n# A Heading\n",
                                                 "\n- an item",
                                                 "a | b | c\n",
                                                 "lighthousekeeper",
                                                 "! ",
                                                 "?” ",
                                                 "\t",
                                                 "x",
                                                 "   ",
                                                 "\u0301"};
    std::mt19937 random(seed);
    std::string text;
    const auto length = random() % 200;
    for (std::size_t i = 0; i < length; ++i) text += pieces[random() % pieces.size()];
    return text;
}

std::string repeated(const std::string& piece, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += piece;
    return text;
}

class RandomTexts : public testing::TestWithParam<unsigned> {};

TEST_P(RandomTexts, AreRestoredInChunksWithinTheMaximum) {
    const auto text = random_text(GetParam());
    for (const ChunkPolicy policy :
         {ChunkPolicy{40, 10, 15}, ChunkPolicy{200, 40, 60}, ChunkPolicy{25, 0, 0},
          ChunkPolicy{8000, 1000, 2000}, ChunkPolicy{30, 29, 30}, ChunkPolicy{60, 10, 2000}}) {
        expect_sound(text, policy, EstimatedTokens());
        expect_sound(text, policy, UnevenTokens());
        expect_sound(text, policy, EstimatedTokens(3.5));
    }
    for (const ChunkPolicy policy : {ChunkPolicy{60, 20, 15}, ChunkPolicy{300, 60, 100}}) {
        expect_sound(text, policy, exact_tokens());
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTexts, testing::Range(0U, 60U));

TEST(Chunker, RestoresDegenerateTexts) {
    const ChunkPolicy policy{50, 10, 20};
    for (const auto& text :
         {std::string(), std::string("x"), repeated("\n", 5000), repeated(" ", 3000),
          repeated("endless", 3000), repeated("永", 3000), repeated("👩‍🚀", 500),
          repeated("word ", 4000), repeated("# Heading\n", 300), repeated("a\r\n", 900),
          repeated("Short one. ", 900), repeated("a | b\n", 900)}) {
        expect_sound(text, policy, EstimatedTokens());
        expect_sound(text, policy, UnevenTokens());
        expect_sound(text, policy, exact_tokens());
    }
    EXPECT_TRUE(chunk_text("", policy, EstimatedTokens()).empty());
}

TEST(Chunker, CutsAtParagraphsWhereTheyFit) {
    const std::string one = "The mill stood by the river. It was old.\n\n";
    const std::string two = "Orla Venn kept it. She had no help at all.\n\n";
    const std::string three = "In winter the wheel froze. Nobody came then.";
    const auto chunks = chunk_text(one + two + three, {24, 0, 5}, EstimatedTokens());
    EXPECT_EQ(contents(one + two + three, chunks), (std::vector<std::string>{one + two, three}));
}

TEST(Chunker, CutsAtSentencesThenWordsThenCharacters) {
    const std::string sentences = "The mill stood by the river. Orla kept it. It froze in winter.";
    EXPECT_EQ(contents(sentences, chunk_text(sentences, {8, 0, 0}, EstimatedTokens())),
              (std::vector<std::string>{"The mill stood by the river. ", "Orla kept it. ",
                                        "It froze in winter."}));
    const std::string words = "The mill stood by the river and Orla kept it";
    for (const auto& part : contents(words, chunk_text(words, {4, 0, 0}, EstimatedTokens()))) {
        EXPECT_TRUE(part.ends_with(" ") || words.ends_with(part)) << part;
    }
    const auto cafe = repeated("e\u0301", 40);
    for (const auto& part : contents(cafe, chunk_text(cafe, {3, 0, 0}, EstimatedTokens(1.0)))) {
        EXPECT_EQ(part.size() % 3, 0U) << "a letter lost its accent";
    }
}

TEST(Chunker, KeepsAHeadingWithItsParagraph) {
    const std::string first = "The mill stood by the river for many years.\n\n";
    const std::string heading = "## The Keeper\n\n";
    const std::string second = "Orla Venn kept it until she died at sea.";
    const auto text = first + heading + second;
    EXPECT_EQ(contents(text, chunk_text(text, {16, 0, 4}, EstimatedTokens())),
              (std::vector<std::string>{first, heading + second}));
}

TEST(Chunker, KeepsATableRowWhole) {
    std::string table;
    for (int i = 0; i < 12; ++i)
        table += "Orla Venn. Keeper | 18" + std::to_string(10 + i) + " | x\n";
    for (const auto& part : contents(table, chunk_text(table, {20, 0, 5}, EstimatedTokens()))) {
        EXPECT_TRUE(part.starts_with("Orla") && part.ends_with("| x\n")) << part;
    }
}

TEST(Chunker, OverlapsStartAtASentence) {
    const auto text = repeated("Orla saw the tide rise. ", 60);
    const auto chunks = chunk_text(text, {60, 20, 10}, EstimatedTokens());
    ASSERT_GT(chunks.size(), 3U);
    const CodePointIndex index(text);
    for (std::size_t i = 1; i < chunks.size(); ++i) {
        EXPECT_LT(chunks[i].range.start, chunks[i].fresh);
        EXPECT_TRUE(index.slice(chunks[i].range).starts_with("Orla saw"));
        EXPECT_GE(chunks[i].range.start, chunks[i - 1].fresh);
    }
}

TEST(Chunker, DeliversTheOverlapThatWasAskedForOnTheAverage) {
    std::mt19937 random(7);
    std::string text;
    for (int i = 0; i < 3000; ++i)
        text += "Orla sailed" + repeated(" again", static_cast<int>(random() % 20)) + ". ";
    for (const std::size_t overlap : {60U, 100U, 120U}) {
        const auto chunks = chunk_text(text, {500, overlap, 0}, exact_tokens());
        const CodePointIndex index(text);
        std::size_t delivered = 0;
        for (const auto& chunk : chunks)
            delivered += exact_tokens().count(index.slice({chunk.range.start, chunk.fresh}));
        EXPECT_NEAR(static_cast<double>(delivered) / static_cast<double>(chunks.size() - 1),
                    static_cast<double>(overlap), 0.08 * static_cast<double>(overlap));
    }
}

TEST(Chunker, TakesAllSentencesAndAllOverlapThatFit) {
    std::string text;
    for (int i = 0; i < 400; ++i) {
        text += "Orla sailed by the lighthouse" + repeated(" again", i % 7) + ". ";
    }
    constexpr std::size_t maximum = 100;
    constexpr std::size_t overlap = 30;
    const auto sentence_after = [&](std::size_t at) { return text.find(". ", at) + 2; };
    const auto sentence_before = [&](std::size_t at) {
        const auto stop = text.rfind(". ", at - 3);
        return stop == std::string::npos ? 0 : stop + 2;
    };
    const EstimatedTokens estimate;
    for (const TokenCounter* counter :
         {&exact_tokens(), static_cast<const TokenCounter*>(&estimate)}) {
        const auto chunks = chunk_text(text, {maximum, overlap, 0}, *counter);
        ASSERT_GT(chunks.size(), 20U);
        for (std::size_t i = 0; i + 1 < chunks.size(); ++i) {
            const auto& [range, fresh, tokens] = chunks[i];
            const auto next = sentence_after(range.end);
            EXPECT_GT(counter->count(text.substr(range.start, next - range.start)), maximum);
            if (i == 0) continue;
            const auto before = sentence_before(range.start);
            EXPECT_GT(counter->count(text.substr(before, fresh - before)), overlap);
        }
    }
}

TEST(Chunker, JoinsAShortLastChunkToTheOneBefore) {
    // The overlap of the last chunk gives way.
    const auto paragraph = repeated("Orla saw the tide rise. ", 4) + "\n\n";
    const auto text = paragraph + paragraph + "It ended.";
    const auto chunks = chunk_text(text, {54, 20, 20}, EstimatedTokens());
    ASSERT_EQ(chunks.size(), 1U);
    EXPECT_EQ(chunks[0].range, (Range{0, code_point_count(text)}));
}

TEST(Chunker, AsksTheCounterAFewTimesAChunk) {
    std::string text;
    for (int i = 0; i < 3000; ++i) {
        text += "Orla saw the tide rise on day " + std::to_string(i) + ". She slept.";
        if (i % 5 == 0) text += "\n\n";
    }
    const AskedTokens counter;
    const auto chunks = chunk_text(text, {500, 60, 120}, counter);
    EXPECT_GT(chunks.size(), 50U);
    EXPECT_LT(counter.asked, static_cast<int>(chunks.size()) * 8);
    const AskedTokens once;
    EXPECT_EQ(chunk_text("A short page.", {500, 60, 120}, once).size(), 1U);
    EXPECT_EQ(once.asked, 1);
}

TEST(Chunker, DoesNotCountAnEndlessWordForEachChunk) {
    const auto word = repeated("endless", 40'000);
    const AskedTokens counter;
    const auto chunks = chunk_text(word, {100, 20, 25}, counter);
    EXPECT_GT(chunks.size(), 500U);
    EXPECT_LT(counter.bytes, 20 * word.size());
}

/// Pages that ask for the square of their length where each chunk looks at more than itself.
class HardPages : public testing::TestWithParam<std::string> {
  protected:
    static std::string page() {
        constexpr std::size_t size = 400'000;
        const auto& pattern = GetParam();  // what comes once, "~", what goes on
        const auto mark = pattern.find('~');
        auto text = pattern.substr(0, mark);
        while (text.size() < size) text += pattern.substr(mark + 1);
        return text;
    }
};

TEST_P(HardPages, AreRestoredAndCountedAFewTimes) {
    const auto text = page();
    for (const ChunkPolicy policy : {ChunkPolicy{250, 50, 80}, ChunkPolicy{20, 0, 5}}) {
        expect_sound(text, policy, EstimatedTokens());
        expect_sound(text, policy, exact_tokens());
        const AskedTokens counter;
        (void)chunk_text(text, policy, counter);
        EXPECT_LT(counter.bytes, 40 * text.size());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Endless, HardPages,
    testing::Values(
        "~word", "~😀",
        "~👩‍👩‍👧‍👦❤️🏴󠁧󠁢󠁳󠁣󠁴󠁿👍🏽🇫🇷", "e~\u0301",
        "👩~\u200D👩", "~ ", "~\n", "~永", "~สวัสดี",
        "~Amber met 東京都の人。 Он жил. שלום. مرحبا ١٢٣. n\u0303 हिन्दी। ελληνικά; 한국어. ",
        "~# Heading\n", "# Heading\n\n~and on ", "~One. ", "~a\n\n", "~a | b\n", "~.", "~Word."));

TEST(Chunker, CutsAnEndlessCharacterBetweenCodePoints) {
    const auto text = repeated("a e" + repeated("\u0301", 30) + " b ", 3);
    for (const auto& part : contents(text, chunk_text(text, {10, 0, 0}, EstimatedTokens(1.0)))) {
        EXPECT_LE(code_point_count(part), 10U);
    }
}

TEST(Chunker, RefusesWhatCannotBeCut) {
    EXPECT_THROW((void)chunk_text("x", {2, 0, 0}, EstimatedTokens(0.25)), PermanentError);
    EXPECT_THROW((void)chunk_text("x", {0, 0, 0}, EstimatedTokens()), UsageError);
}

}  // namespace
}  // namespace almagest::text
