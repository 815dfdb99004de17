#include "text/plain_text.h"

#include <gtest/gtest.h>

#include <string>

namespace almagest::text {
namespace {

std::string text_of(std::string_view plain) {
    return read_plain_text(plain).text;
}

TEST(PlainTextPage, JoinsLinesThatWereWrapped) {
    EXPECT_EQ(
        text_of("The guild of pilots was founded at Vell in the spring of 311, when\n"
                "Ione Marrak brought the first three keels over the bar, with a well-\n"
                "known chart and no lamp at all.\n\nNext paragraph.\n"),
        "The guild of pilots was founded at Vell in the spring of 311, when Ione Marrak brought "
        "the first three keels over the bar, with a well-known chart and no lamp at all.\n\n"
        "Next paragraph.");
}

TEST(PlainTextPage, TakesALineOfCapitalsByItselfForAHeading) {
    EXPECT_EQ(text_of("THE SALT LETTERS\n\nIone wrote them.\n"),
              "## THE SALT LETTERS\n\nIone wrote them.");
    EXPECT_EQ(text_of("NO ENTRY!\n\nSo it said.\n"), "NO ENTRY!\n\nSo it said.");
}

TEST(PlainTextPage, KeepsLinesThatWereEndedOnPurpose) {
    EXPECT_EQ(text_of("Ione Marrak\nPilots' Hall\nVell\n"), "Ione Marrak\nPilots' Hall\nVell");
    EXPECT_EQ(text_of("Born in the year 300 of the old count, at Vell\nDied 351\nBuried at sea\n"
                      "Remembered by the guild of pilots each spring tide\n"),
              "Born in the year 300 of the old count, at Vell\nDied 351\nBuried at sea\n"
              "Remembered by the guild of pilots each spring tide");
}

TEST(PlainTextPage, NormalisesEveryLineEnd) {
    EXPECT_EQ(text_of("a\r\nb\rc\vd\x85"
                      "e"),
              "a\nb\nc\nde");
    EXPECT_EQ(text_of("one  \r\n\r\n\r\n  two\ftre\u2029four\u2028"
                      "five"),
              "one\n\ntwo\n\ntre\n\nfour\nfive");
}

TEST(PlainTextPage, KeepsListItemsWithTheirContinuations) {
    EXPECT_EQ(text_of("Keels:\n * Gull, built\n   at Vell\n * Oar\n\n1. first\n2) second\n"),
              "Keels:\n\n- Gull, built at Vell\n- Oar\n- 1. first\n- 2) second");
}

TEST(PlainTextPage, KeepsRowsOfTables) {
    EXPECT_EQ(text_of("Ship | Year\n-----+-----\nGull | 311\n"), "Ship | Year\nGull | 311");
    EXPECT_EQ(text_of("Ship\tYear\nGull\t311\n"), "Ship | Year\nGull | 311");
    EXPECT_EQ(text_of("Ship     Year    Port\nGull     311     Vell\n"),
              "Ship | Year | Port\nGull | 311 | Vell");
}

TEST(PlainTextPage, UnderlinedLinesAreHeadings) {
    const PlainText page =
        read_plain_text("The Long Tide\n=============\n\nPart one\n--------\ntext\n");
    EXPECT_EQ(page.title, "The Long Tide");
    EXPECT_EQ(page.text, "# The Long Tide\n\n## Part one\n\ntext");
}

TEST(PlainTextPage, TitleIsAFirstLineThatStandsAlone) {
    EXPECT_EQ(read_plain_text("\n\nOf Tides\n\nText.\n").title, "Of Tides");
    EXPECT_EQ(read_plain_text("A sentence.\n\nText.\n").title, "");
    EXPECT_EQ(read_plain_text("two\nlines\n\nText.\n").title, "");
    EXPECT_EQ(read_plain_text("only line").title, "");
}

TEST(PlainTextPage, OfAnEndlessParagraphKeepsEveryLine) {
    std::string page;
    std::string words;
    for (int i = 0; i < 250'000; ++i) {
        page += "a" + std::to_string(i % 10) + "\n";
        words += "a" + std::to_string(i % 10);
    }
    auto text = text_of(page);
    std::erase(text, '\n');
    EXPECT_EQ(text, words);
    EXPECT_EQ(text_of(std::string(1'000'000, '\n') + "a"), "a");
}

}  // namespace
}  // namespace almagest::text
