#include "text/names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "error/error.h"
#include "text/approximate_search.h"

namespace almagest::text {
namespace {

std::string slice(const std::string& text, Range range) {
    return std::string(CodePointIndex(text).slice(range));
}

std::vector<std::string> words_found(const std::string& haystack, const std::string& needle) {
    std::vector<std::string> found;
    for (const auto& range : find_words(haystack, needle)) found.push_back(slice(haystack, range));
    return found;
}

TEST(NameKey, FoldsCaseAccentsPunctuationAndSpaces) {
    EXPECT_EQ(name_key("  Mirella   O’Hara-Quist "), "mirella o hara quist");
    EXPECT_EQ(name_key("Élodie Ångström"), "elodie angstrom");
    EXPECT_EQ(name_key("E\u0301lodie"), name_key("Élodie"));
    EXPECT_EQ(name_key("Κωνσταντίνος"), "κωνσταντινοσ");
    EXPECT_EQ(name_key("ᾠδή"), "ωδη");
    EXPECT_EQ(name_key("Hawaiʻi"), name_key("Hawai'i"));
    EXPECT_EQ(name_key("ФЁДОР"), "федор");
    EXPECT_EQ(name_key("Łukasz Ørsted Æsir Straße"), "lukasz orsted aesir strasse");
    EXPECT_EQ(name_key("ＦＵＬＬ　ｗｉｄｔｈ"), "full width");
    EXPECT_EQ(name_key("soft\u00ADhyphen"), "softhyphen");
}

TEST(NameKey, KeepsWhatMakesAnotherName) {
    EXPECT_NE(name_key("Marsh 1.1"), name_key("Marsh 1.2"));
    EXPECT_NE(name_key("が"), name_key("か"));
    EXPECT_NE(name_key("कि"), name_key("कु"));
    EXPECT_EQ(name_key("晨星號"), "晨星號");
}

TEST(NameKey, KeepsTheSignsThatEndAWord) {
    EXPECT_EQ(name_key("C++"), "c++");
    EXPECT_EQ(name_key("C#"), "c#");
    EXPECT_EQ(name_key("C♯"), "c#");
    EXPECT_EQ(name_key("Notepad++ 7, by \"É+\""), "notepad++ 7 by e+");
    EXPECT_EQ(name_key("#tag + Rock+Roll #"), "tag rock roll");
    EXPECT_EQ(name_key(" ++ "), "++");
}

TEST(NameKey, OfPunctuationOrEmojiAloneIsTheTextItself) {
    EXPECT_EQ(name_key(" 🚀 "), "🚀");
    EXPECT_EQ(name_key("!!!"), "!!!");
    EXPECT_EQ(name_key("   "), "");
    EXPECT_EQ(name_key(""), "");
}

TEST(FindWords, ComparesWithoutCaseAndWithEqualQuotesDashesAndSpaces) {
    EXPECT_EQ(words_found("The SILVER\n Heron met the silver heron.", "Silver Heron"),
              (std::vector<std::string>{"SILVER\n Heron", "silver heron"}));
    EXPECT_EQ(words_found("O’Dell–Marsh treaty", "o'dell-marsh"),
              std::vector<std::string>{"O’Dell–Marsh"});
    EXPECT_EQ(words_found("Cafe\u0301 Orla", "café"), std::vector<std::string>{"Cafe\u0301"});
    EXPECT_EQ(words_found("STRASSE und Straße", "straße").size(), 2U);
}

TEST(FindWords, TakesWholeWordsOnly) {
    EXPECT_TRUE(find_words("Marshal and marshes", "marsh").empty());
    EXPECT_TRUE(find_words("Rover 1.2 landed", "Rover 1").empty());
    EXPECT_EQ(find_words("Rover 1.", "Rover 1").size(), 1U);
    EXPECT_TRUE(find_words("written in C++ and C#", "C").empty());
    EXPECT_EQ(find_words("written in C++", "C++").size(), 1U);
    EXPECT_TRUE(find_words("cafe\u0301", "cafe").empty());
    EXPECT_EQ(find_words("Orla’s ship", "Orla").size(), 1U);
    EXPECT_EQ(find_words("他在星港工作", "星港"), (std::vector<Range>{{2, 4}}));
    EXPECT_EQ(find_words("서울에서", "서울").size(), 1U);
}

TEST(FindWords, CountsCodePoints) {
    EXPECT_EQ(find_words("🚀👩‍🚀 Orla flew", "orla"), (std::vector<Range>{{5, 9}}));
    EXPECT_TRUE(find_words("", "x").empty());
    EXPECT_TRUE(find_words("x", " ").empty());
}

TEST(Normalised, MakesSpacesQuotesAndDashesAlike) {
    EXPECT_EQ(normalised("  “So”\u00A0\n he – said "), "\"So\" he - said");
    EXPECT_EQ(normalised("Keep Case\u00AD"), "Keep Case");
}

TEST(AlignQuote, FindsItWordForWord) {
    const std::string text = "She led the guild. 🛶 She led the guild again.";
    const auto found = align_quote(text, " led the guild again ");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->how, Alignment::exact);
    EXPECT_EQ(slice(text, found->range), "led the guild again");
}

TEST(AlignQuote, PrefersWholeWords) {
    const std::string text = "When art came, the man knew the he.";
    const auto found = align_quote(text, "he");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->range, (Range{32, 34}));
    EXPECT_FALSE(align_quote("The party began", "art"));
    EXPECT_FALSE(align_quote("cafe\u0301", "cafe"));
}

TEST(AlignQuote, FindsItNormalised) {
    const std::string text = "“Orla’s  ship,”\nhe wrote, “sank.”";
    const auto found = align_quote(text, "orla's ship,\" he wrote");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->how, Alignment::normalised);
    EXPECT_EQ(slice(text, found->range), "Orla’s  ship,”\nhe wrote");
    const auto composed = align_quote("Im Cafe\u0301 Orla sa\u00DFen wir", "im café orla");
    ASSERT_TRUE(composed);
    EXPECT_EQ(composed->range, (Range{0, 13}));
}

TEST(AlignQuote, WhatWasFoundByLikenessHasNoSpaceAtItsEnds) {
    const std::string_view text = "It rained.\n\u00C9lan sank in May, 1851; all hands were saved.";
    const auto found =
        align_quote(text, "a \u00C9lan sank in May, 1851; all hands were saved", 0.8);
    ASSERT_TRUE(found);
    EXPECT_EQ(CodePointIndex(text).slice(found->range),
              "\u00C9lan sank in May, 1851; all hands were saved");
}

TEST(AlignQuote, FindsItByLeastEditDistance) {
    const std::string text =
        "🌊 The lighthouse keeper Orla Venn retired to the island of Skerry in spring.";
    const auto found = align_quote(text, "The lighthouse keeper Orla Ven retired on the island");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->how, Alignment::fuzzy);
    EXPECT_EQ(slice(text, found->range), "The lighthouse keeper Orla Venn retired to the island");
    EXPECT_GT(found->similarity, 0.9);
    EXPECT_LT(found->similarity, 1.0);
}

TEST(AlignQuote, RefusesWhatIsNotThere) {
    EXPECT_FALSE(align_quote("The lighthouse keeper retired.", "The baker opened her shop."));
    EXPECT_FALSE(align_quote("short", "a quote much longer than the text"));
    EXPECT_FALSE(align_quote("", "x"));
    EXPECT_FALSE(align_quote("x", "  "));
    EXPECT_THROW((void)align_quote("x", "x", 0.0), UsageError);
    EXPECT_THROW((void)align_quote("x", "x", 1.5), UsageError);
}

TEST(AlignQuote, WorksOnChineseAndOnQuotesOverManyBlocks) {
    const auto chinese =
        align_quote("在星港的老灯塔旁边有一个小村庄叫做海鸥村。", "老灯塔旁边有个小村庄叫做海鸥村");
    ASSERT_TRUE(chinese);
    EXPECT_EQ(chinese->how, Alignment::fuzzy);
    EXPECT_EQ(chinese->range, (Range{4, 20}));

    std::string text;
    for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i * 37 % 300) + " ";
    auto quote = text.substr(500, 900);
    quote[100] = 'Q';
    quote[700] = 'Q';
    const auto found = align_quote(text, quote);
    ASSERT_TRUE(found);
    EXPECT_GT(found->similarity, 0.98);  // two replaced, and words cut at both ends
    EXPECT_NEAR(static_cast<double>(found->range.start), 500.0, 8.0);
}

std::size_t distance_by_table(const std::u32string& left, const std::u32string& right) {
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const auto above = row[j];
            row[j] = std::min(
                {row[j] + 1, row[j - 1] + 1, diagonal + (left[i - 1] == right[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row[right.size()];
}

TEST(ApproximateSearch, AgreesWithTheDynamicProgrammingTable) {
    std::mt19937 random(7);  // NOLINT: the same texts in every run
    const auto text_of = [&](std::size_t length) {
        std::u32string text;
        for (std::size_t i = 0; i < length; ++i) text += static_cast<char32_t>(U'α' + random() % 4);
        return text;
    };
    for (int round = 0; round < 200; ++round) {
        const auto pattern = text_of(1 + random() % 200);
        const auto text = text_of(random() % 260);
        EXPECT_EQ(edit_distance(pattern, text), distance_by_table(pattern, text));
    }
    for (int round = 0; round < 40; ++round) {
        const auto pattern = text_of(1 + random() % 70);
        const auto text = text_of(1 + random() % 90);
        std::size_t least = pattern.size();
        for (std::size_t i = 0; i < text.size(); ++i) {
            for (std::size_t n = 1; n <= text.size() - i; ++n) {
                least = std::min(least, distance_by_table(pattern, text.substr(i, n)));
            }
        }
        EXPECT_EQ(approximate_ends(text, pattern, pattern.size() - 1).distance, least);
    }
}

}  // namespace
}  // namespace almagest::text
