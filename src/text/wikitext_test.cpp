#include "text/wikitext.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "text/code_points.h"

namespace almagest::text {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Case {
    const char* name;
    const char* wikitext;
    const char* text;
};

class Wikitext : public testing::TestWithParam<Case> {};

TEST_P(Wikitext, ReadsAs) {
    EXPECT_EQ(read_wikitext(GetParam().wikitext), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Markup, Wikitext,
    testing::Values(
        Case{"Bold", "'''Veyra''' ''ruled''.", "Veyra ruled."},
        Case{"Links", "[[Saltmarsh]]s, [[a|b]], [[Bodmin (town)|]], [[:Help:X]]",
             "Saltmarshs, b, Bodmin, Help:X"},
        Case{"ExternalLinks", "See [http://a.example the site] and [http://b.example].",
             "See the site and ."},
        Case{"References", "One.<ref name=\"a\">No</ref> Two.<ref name=b /> Three.",
             "One. Two. Three."},
        Case{"AReferenceWithoutEndIsOnlyItsTag", "One.<ref>Two.", "One.Two."},
        Case{"Comments", "One.<!-- {{ [[ --> Two.\n<!-- line -->\nThree.", "One. Two. Three."},
        Case{"Files", "[[File:x.png|thumb|A [[mast]]]]The mast.", "The mast."},
        Case{"Languages", "Words.\n[[fr:Mots]]\n[[pt-br:x]]", "Words."},
        Case{"Categories", "Words.\n[[Category:Coasts|key]]\n[[Category:Lamps]]",
             "Words.\n\nCategories: Coasts, Lamps"},
        Case{"Headings", "== A ==\nx\n=== B ===\ny", "## A\n\nx\n\n### B\n\ny"},
        Case{"Lists", "* a\n** b\n# c\n:d", "- a\n- b\n- c\n\nd"},
        Case{"Tables",
             "{| class=x\n|+ Title\n! Year !! Ship\n|-\n| 1901 || style=y | [[Lantern|L]]\n|}",
             "Title\nYear | Ship\n1901 | L"},
        Case{"ATableWithoutEnd", "{|\n| a\n| b", "a | b"},
        Case{"Infoboxes",
             "{{Infobox ship\n| name = [[Lantern II]]\n| image = x.jpg\n| built = \n| crew = "
             "{{plainlist|\n* A\n* B\n}}\n}}\nShe sails.",
             "Infobox ship\nname: Lantern II\ncrew: A; B\n\nShe sails."},
        Case{"ATemplateInALine",
             "Built {{start date|1901|4|5}}, {{convert|10|km|mi}} away{{citation needed}}.",
             "Built 1901-04-05, 10 km away."},
        Case{"Parameters", "{{{name|none}}} {{{x}}}", "none"},
        Case{"Nowiki", "<nowiki>[[a]] {{b}} '''c'''</nowiki>", "[[a]] {{b}} '''c'''"},
        Case{"Entities", "a&nbsp;&amp; &#65;&#x42; &nothing; &#0;", "a & AB &nothing;"},
        Case{"Breaks", "a<br />b", "a\nb"},
        Case{"Tags", "<div class=\"x\">a</div> b<sup>2</sup> 1 < 2", "a\nb2 1 < 2"},
        Case{"Switches", "__NOTOC__ snake__case", "snake__case"},
        Case{"BracketsWithoutPartner", "a {{ b [[ c ]] }", "a {{ b c }"},
        Case{"NothingAtAll", "{{reflist}}", ""}),
    [](const auto& instance) { return instance.param.name; });

TEST(Wikitext, NamesOfTheWikiTellFilesAndCategories) {
    WikiSite site;
    site.namespaces = {{6, "Файл"}, {14, "Категория"}};
    EXPECT_EQ(read_wikitext("[[Файл:x.png|y]]Думи.[[категория:Кораби]]", site),
              "Думи.\n\nCategories: Кораби");
}

TEST(Wikitext, RedirectsAreKnownInAnyLanguage) {
    EXPECT_EQ(redirect_target("#REDIRECT [[Brass Coast#Towns]]"), "Brass Coast");
    EXPECT_EQ(redirect_target("\n#redirect: [[A|b]] more"), "A");
    EXPECT_EQ(redirect_target("#ПРЕНАСОЧВАНЕ [[Бряг]]"), "Бряг");
    EXPECT_EQ(redirect_target("# one [[item]] of a list"), "");
    EXPECT_EQ(redirect_target("#REDIRECT nowhere"), "");
    EXPECT_EQ(redirect_target("Words [[a]]"), "");
}

TEST(Wikitext, ThatNestsDeepOrHasNoEndsIsReadInTimeAndIsWellFormed) {
    for (const char* piece : {"{{a|", "[[", "{|\n|", "<ref>", "<!--", "{{{", "}}", "]]", "[[a|{{b|",
                              "'''", "<a", "[http://", "&", "<nowiki>", "== ", "__A"}) {
        std::string text;
        while (text.size() < 300'000) text += piece;
        EXPECT_TRUE(is_utf8(read_wikitext(text))) << piece;
        EXPECT_TRUE(is_utf8(read_wikitext(text + "x" + std::string(100'000, '}')))) << piece;
    }
}

TEST(Wikitext, OfAnyPiecesInAnyOrderIsWellFormedAndKeepsNoControlCharacters) {
    const std::vector<std::string> pieces = {"{{",
                                             "}}",
                                             "[[",
                                             "]]",
                                             "{|",
                                             "|}",
                                             "\n",
                                             "|",
                                             "||",
                                             "!",
                                             "!!",
                                             "|-",
                                             "=",
                                             "==",
                                             "*",
                                             "#",
                                             "<ref>",
                                             "</ref>",
                                             "<nowiki>",
                                             "</nowiki>",
                                             "<!--",
                                             "-->",
                                             "{{{",
                                             "}}}",
                                             "ab",
                                             "é",
                                             "船",
                                             "&amp;",
                                             "&#8203;",
                                             "'''",
                                             "File:",
                                             "Category:x",
                                             "\x01",
                                             "\x01"
                                             "0\x01",
                                             "<br>",
                                             " "};
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (int i = 0; i < 40; ++i) text += pieces[random() % pieces.size()];
        const std::string read = read_wikitext(text);
        ASSERT_TRUE(is_utf8(read)) << text;
        ASSERT_THAT(read, Not(HasSubstr("\x01"))) << text;
    }
}

}  // namespace
}  // namespace almagest::text
