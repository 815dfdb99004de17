#include "text/pretokenizer.h"

#include <gtest/gtest.h>

#include <string>

namespace almagest::text {
namespace {

/// The pieces parted by "¦", line breaks shown as "~".
std::string pieces(PieceRules rules, const std::string& text) {
    std::string all;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = piece_end(rules, text, at);
        if (end <= at || end > text.size()) return all + " (stuck)";
        all += (at == 0 ? "" : "¦") + text.substr(at, end - at);
        at = end;
    }
    for (auto& c : all) {
        if (c == '\n') c = '~';
    }
    return all;
}

TEST(PieceRules, AreToldFromNames) {
    EXPECT_EQ(piece_rules_named("cl100k"), PieceRules::cl100k);
    EXPECT_EQ(piece_rules_named("o200k_base.tiktoken"), PieceRules::o200k);
    EXPECT_EQ(piece_rules_named("p50k_base"), PieceRules::r50k);
    EXPECT_EQ(piece_rules_named("my.tiktoken"), std::nullopt);
    EXPECT_EQ(piece_rules_named(""), std::nullopt);
}

TEST(PieceRules, OfCl100kPartWordsNumbersAndSymbols) {
    const auto of = [](const std::string& text) { return pieces(PieceRules::cl100k, text); };
    EXPECT_EQ(of("Orla sailed in 18712, (twice)."), "Orla¦ sailed¦ in¦ ¦187¦12¦,¦ (¦twice¦).");
    EXPECT_EQ(of("don't they'LL I'vex 'tis"), "don¦'t¦ they¦'LL¦ I¦'ve¦x¦ '¦tis");
    EXPECT_EQ(of("'\u017Fo"), "'\u017F¦o");
    EXPECT_EQ(of("O'Rourke 'em"),
              "O¦'R"
              "ourke¦ '¦em");
    EXPECT_EQ(of("\u00DCber\u4E2D\u6587 \u0661\u0662\u0663\u0664 \u00BD"),
              "\u00DCber\u4E2D\u6587¦ ¦\u0661\u0662\u0663¦\u0664¦ ¦\u00BD");
    EXPECT_EQ(of("e\u0301t\u0301"), "e¦\u0301t¦\u0301");
    EXPECT_EQ(of("\xFF\xFE"
                 "abc\xE2\x82"),
              "\xFF\xFE¦abc¦\xE2\x82");
}

TEST(PieceRules, OfCl100kGiveTheLastSpaceToWhatFollows) {
    const auto of = [](const std::string& text) { return pieces(PieceRules::cl100k, text); };
    EXPECT_EQ(of("a   b"), "a¦  ¦ b");
    EXPECT_EQ(of("a \n\n  b"), "a¦ ~~¦ ¦ b");
    EXPECT_EQ(of("a.\n\n\nb"), "a¦.~~~¦b");
    EXPECT_EQ(of("a  \n "), "a¦  ~ ");
    EXPECT_EQ(of("a \t1"), "a¦ ¦\t¦1");
    EXPECT_EQ(of("a\u00A0\u00A0b"), "a¦\u00A0¦\u00A0b");
}

TEST(PieceRules, OfO200kPartWordsAtCapitals) {
    const auto of = [](const std::string& text) { return pieces(PieceRules::o200k, text); };
    EXPECT_EQ(of("camelCase HTMLParser ABC"), "camel¦Case¦ HTMLParser¦ ABC");
    EXPECT_EQ(of("don't DON'T they'll'd"), "don't¦ DON'T¦ they'll¦'d");
    EXPECT_EQ(of("AB\u4E2DCD"), "AB\u4E2D¦CD");
    EXPECT_EQ(of("e\u0301t\u0301 \u0301"
                 "9"),
              "e\u0301t\u0301¦ \u0301¦9");
    EXPECT_EQ(of("\u0301"
                 "AB9"),
              "\u0301¦AB¦9");
    EXPECT_EQ(of("see //\n/x"), "see¦ //~/¦x");
    EXPECT_EQ(of("a  \n "), "a¦  ~¦ ");
}

TEST(PieceRules, OfR50kKeepNumbersWhole) {
    const auto of = [](const std::string& text) { return pieces(PieceRules::r50k, text); };
    EXPECT_EQ(of("Orla's 18712 DON'T..."), "Orla¦'s¦ 18712¦ DON¦'¦T¦...");
    EXPECT_EQ(of("a \n\n b\n"), "a¦ ~~¦ b¦~");
}

}  // namespace
}  // namespace almagest::text
