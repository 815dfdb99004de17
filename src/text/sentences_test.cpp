#include "text/sentences.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "error/error.h"

namespace almagest::text {
namespace {

/// The sentences joined by " ¦ ", line breaks shown as "~".
std::string split(const std::string& text, const char* locale = "en") {
    const CodePointIndex index(text);
    std::string all;
    for (const auto& range : sentences(text, locale)) {
        all += (all.empty() ? "" : " ¦ ") + std::string(index.slice(range));
    }
    for (auto& c : all) {
        if (c == '\n') c = '~';
    }
    return all;
}

TEST(Sentences, EndAtFullStopsQuestionsAndExclamations) {
    EXPECT_EQ(split("The tide rose. Who saw it? Nobody! Tam slept."),
              "The tide rose. ¦ Who saw it? ¦ Nobody! ¦ Tam slept.");
    EXPECT_EQ(split(""), "");
    EXPECT_EQ(split(" \n\n "), "");
    EXPECT_EQ(split("no stop at all"), "no stop at all");
}

TEST(Sentences, GoOnAfterTitlesAndAbbreviations) {
    for (const auto* text :
         {"Dr. Orla Venn met Mr. Quist and Prof. Tam on St. Bride's Quay.",
          "Some birds, e.g. Terns and Gulls, i.e. Seabirds, stay.", "See Fig. 3 and No. 7 there.",
          "Heron Inc. Chairman Quist left.", "The U.S. Navy sailed.", "It came on Jan. 5 at noon.",
          "Skerry vs. Marsh was close.", "Orla was paid by Heron & Co. (the millers) alone."}) {
        EXPECT_EQ(split(text), text);
    }
}

TEST(Sentences, EndAfterAnAbbreviationWhereAnotherBegins) {
    EXPECT_EQ(split("He worked for Heron Inc. The mill closed."),
              "He worked for Heron Inc. ¦ The mill closed.");
    EXPECT_EQ(split("They met at 5 p.m. It rained."), "They met at 5 p.m. ¦ It rained.");
    EXPECT_EQ(split("Was it her? No. Tam did it."), "Was it her? ¦ No. ¦ Tam did it.");
    EXPECT_EQ(split("She moved to the U.S. She sang."), "She moved to the U.S. ¦ She sang.");
}

TEST(Sentences, EndWhereBarsStandInLongProse) {
    EXPECT_EQ(split("Orla sang. | Tam slept."), "Orla sang. | Tam slept.");
    std::string prose = "Orla sang. | ";
    for (int i = 0; i < 400; ++i) prose += "Tam slept. ";
    EXPECT_EQ(sentences(prose).size(), 401U);
}

TEST(Sentences, GoOnInSmallLettersAfterAQuotationOrBracket) {
    for (const auto* text :
         {"\"The tide is high.\" she said.", "She turned, 'This is great.' he said.",
          "He taught (He was an engineer before.) at the school."}) {
        EXPECT_EQ(split(text), text);
    }
    EXPECT_EQ(split("\"The tide is high.\" She left."), "\"The tide is high.\" ¦ She left.");
}

TEST(Sentences, AreTheItemsOfAListInOneLine) {
    EXPECT_EQ(split("1.) The mill 2.) The weir"), "1.) The mill ¦ 2.) The weir");
    EXPECT_EQ(split("a) The mill b) The weir c) It froze."),
              "a) The mill ¦ b) The weir ¦ c) It froze.");
    EXPECT_EQ(split("\u2022 9. The mill \u2022 10. The weir"),
              "\u2022 9. The mill ¦ \u2022 10. The weir");
    EXPECT_EQ(split("1. The mill 2. It stood. It fell. 3. The weir"),
              "1. The mill ¦ 2. It stood. ¦ It fell. ¦ 3. The weir");
    EXPECT_EQ(split("1. Read part 2. Then stop."), "1. Read part 2. ¦ Then stop.");
    EXPECT_EQ(split("He read 1) the mill 2) the weir."), "He read 1) the mill 2) the weir.");
    EXPECT_EQ(split("1) 2) 3) x"), "1) ¦ 2) ¦ 3) x");
}

TEST(Sentences, MayEndWithATimeOfDay) {
    EXPECT_EQ(split("He left the bank at 6 P.M. Mr. Quist went to the store."),
              "He left the bank at 6 P.M. ¦ Mr. Quist went to the store.");
    for (const auto* text : {"At 5 a.m. Mr. Quist went to the bank.",
                             "The ship sailed at last at 5 p.m. Monday with Orla.",
                             "The ship sailed at last at 5 p.m. EST with Orla."}) {
        EXPECT_EQ(split(text), text);
    }
}

TEST(Sentences, KeepInitialsTogether) {
    EXPECT_EQ(split("J. R. R. Quist wrote it. A. Venn read it."),
              "J. R. R. Quist wrote it. ¦ A. Venn read it.");
    EXPECT_EQ(split("Mirella J. Quist sang."), "Mirella J. Quist sang.");
    EXPECT_EQ(split("That was plan B. The other failed."), "That was plan B. ¦ The other failed.");
}

TEST(Sentences, KeepNumbersAndVersionsTogether) {
    EXPECT_EQ(split("Marsh 2.1 cost 3.50 crowns. Marsh 0.93R6 was free."),
              "Marsh 2.1 cost 3.50 crowns. ¦ Marsh 0.93R6 was free.");
    EXPECT_EQ(split("The mill opened in 1996. 300 people came."),
              "The mill opened in 1996. ¦ 300 people came.");
}

TEST(Sentences, KeepClosingQuotesBracketsAndNotesWithTheirSentence) {
    EXPECT_EQ(split("“It sank.” Tam wept. (He had built it.) \"Come!\" she called."),
              "“It sank.” ¦ Tam wept. ¦ (He had built it.) ¦ \"Come!\" she called.");
    EXPECT_EQ(split("It burned down.[5] Nobody was hurt. [6] It was rebuilt."),
              "It burned down.[5] ¦ Nobody was hurt. [6] ¦ It was rebuilt.");
    EXPECT_EQ(split("Well... maybe. Well... She left."), "Well... maybe. ¦ Well... ¦ She left.");
}

TEST(Sentences, FollowTheLinesOfAPage) {
    EXPECT_EQ(
        split("# The Mill. A History\nIt burned.\n\n- Tam\n- Orla. She sang.\nA | B. C | D\nE | F"),
        "# The Mill. A History ¦ It burned. ¦ - Tam ¦ - Orla. ¦ She sang. ¦ A | B. C | D ¦ E | F");
    EXPECT_EQ(split("No stop here\n\nAnd a new paragraph"), "No stop here ¦ And a new paragraph");
    EXPECT_EQ(
        split("The keeper of the old lighthouse on the island\nOrla Venn went on watch\nat nine."),
        "The keeper of the old lighthouse on the island~Orla Venn went on watch~at nine.");
    EXPECT_EQ(split("Name: Orla\nBorn: 1881"), "Name: Orla ¦ Born: 1881");
    EXPECT_EQ(split("1. Lift the latch.\n2. Push."), "1. Lift the latch. ¦ 2. Push.");
}

TEST(Sentences, CountCodePointsAndKnowOtherScripts) {
    EXPECT_EQ(sentences("🛶🛶. Élan rose."), (std::vector<Range>{{0, 3}, {4, 14}}));
    EXPECT_EQ(split("她离开了。他留下了吗？是的。", "zh"), "她离开了。 ¦ 他留下了吗？ ¦ 是的。");
    EXPECT_EQ(split("Sie sah Frl. Venn. Orla ging.", "de"), "Sie sah Frl. Venn. ¦ Orla ging.");
    EXPECT_THROW((void)sentences("x", "not a tag!"), UsageError);
}

TEST(Sentences, EndInScriptsWithoutCapitals) {
    EXPECT_EQ(split("გიორგი წავიდა. ის დაბრუნდა. Orla came."),
              "გიორგი წავიდა. ¦ ის დაბრუნდა. ¦ Orla came.");
    EXPECT_EQ(split("קאהיר היא עיר. הוא עזב."), "קאהיר היא עיר. ¦ הוא עזב.");
    EXPECT_EQ(split("القاهرة عاصمة مصر. هل تعرفها؟ غادر."),
              "القاهرة عاصمة مصر. ¦ هل تعرفها؟ ¦ غادر.");
    EXPECT_EQ(split("राम गया। वह आया।"), "राम गया। ¦ वह आया।");
}

TEST(Sentences, EndAtGreekQuestionMarks) {
    EXPECT_EQ(split("Ποιος είδε το καράβι; Κανείς. Πού πήγε\u037E Στη Σύρο."),
              "Ποιος είδε το καράβι; ¦ Κανείς. ¦ Πού πήγε\u037E ¦ Στη Σύρο.");
    EXPECT_EQ(split("«Πού πάς;» «Στη Σύρο.»"), "«Πού πάς;» ¦ «Στη Σύρο.»");
    EXPECT_EQ(split("Γιατι\u0301; Επειδη\u0301."), "Γιατι\u0301; ¦ Επειδη\u0301.");
    EXPECT_EQ(split("Ποιος; Κανείς.", "el"), "Ποιος; ¦ Κανείς.");
    for (const auto* text : {"«Πού πάς;» ρώτησε η Μαρία.", "Οι α; β; και γ;δ;Ε.",
                             "Tam (Ταμ) slept; Orla sang; Quist left.", "; Κανείς"}) {
        EXPECT_EQ(split(text), text);
    }
}

/// Each of these took time with the square of its length.
TEST(Sentences, OfEndlessRunsAreFoundInOnePass) {
    const auto repeated = [](const std::string& piece) {
        std::string text;
        while (text.size() < 1'000'000) text += piece;
        return text;
    };
    EXPECT_EQ(sentences(repeated(".")).size(), 1U);
    EXPECT_EQ(sentences(repeated("?!)")).size(), 1U);
    EXPECT_EQ(sentences(repeated("Word.")).size(), 1U);
    EXPECT_GT(sentences(repeated("5\ta.m.\tFoo\t")).size(), 1000U);
}

TEST(Sentences, KeepWideQuotationMarksWithWhatTheyOpenAndClose) {
    const auto* said = "彼は来た。「行こう。」と彼は言った。『港』は古い。（終わり。）次。";
    EXPECT_EQ(split(said),
              "彼は来た。 ¦ 「行こう。」と彼は言った。 ¦ 『港』は古い。 ¦ （終わり。） ¦ 次。");
    EXPECT_EQ(split("她说。「走吧。」「好。」", "zh"), "她说。 ¦ 「走吧。」 ¦ 「好。」");
}

TEST(Sentences, TellPausesAndOmissionsFromEnds) {
    EXPECT_EQ(split("Orla said . . . I do not know. Then she left."),
              "Orla said . . . I do not know. ¦ Then she left.");
    EXPECT_EQ(split("So it ends . . . . Another begins."), "So it ends . . . . ¦ Another begins.");
    EXPECT_EQ(split("It was built of stone. . . . The mill was not."),
              "It was built of stone. ¦ . . . The mill was not.");
    EXPECT_EQ(split("Tam calls it a weir [...] (Venn 55)."),
              "Tam calls it a weir [...] (Venn 55).");
    EXPECT_EQ(split("Did you see Albert I. Quist? You and I. Nobody else."),
              "Did you see Albert I. Quist? ¦ You and I. ¦ Nobody else.");
    EXPECT_EQ(split("It lies at N°. 10.26 there."), "It lies at N°. 10.26 there.");
}

TEST(Sentences, MayBeginWithoutASpace) {
    EXPECT_EQ(split("The tide rose.Today it fell to 1,000.That is low."),
              "The tide rose. ¦ Today it fell to 1,000. ¦ That is low.");
    for (const auto* text :
         {"Use ASP.Net or java.io.The class there.", "see Main.This", "or e.g.The end"}) {
        EXPECT_EQ(split(text), text);
    }
}

TEST(Sentences, CoverEverythingButWhiteSpaceInOrder) {
    std::string text;
    for (int i = 0; i < 400; ++i) {
        static constexpr const char* pieces[] = {"Dr. ",   "A. ",   "e\u0301 ", "\n",    "\n\n",
                                                 "🛶! ", "1. ",   "| ",       " | x",  "# ",
                                                 "(a.) ",  "\"Q\"", "[3] ",     "end. ", "。"};
        text += pieces[(i * i * 31 + i * 7) % 15];
    }
    const CodePointIndex index(text);
    std::size_t at = 0;
    for (const auto& range : sentences(text)) {
        ASSERT_LT(range.start, range.end);
        ASSERT_GE(range.start, at);
        EXPECT_EQ(index.slice({at, range.start}).find_first_not_of(" \n"), std::string_view::npos);
        at = range.end;
    }
    EXPECT_EQ(index.slice({at, index.size()}).find_first_not_of(" \n"), std::string_view::npos);
}

TEST(Sentences, AreTheSameFromSeveralThreads) {
    const std::string text = "Dr. Venn sang. Tam wept! (So did I.) It ended.";
    const auto expected = sentences(text);
    std::vector<std::vector<Range>> found(4);
    {
        std::vector<std::jthread> threads;
        threads.reserve(found.size());
        for (auto& result : found) threads.emplace_back([&] { result = sentences(text); });
    }
    for (const auto& result : found) EXPECT_EQ(result, expected);
}

}  // namespace
}  // namespace almagest::text
