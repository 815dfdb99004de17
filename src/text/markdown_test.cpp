#include "text/markdown.h"

#include <gtest/gtest.h>

#include <string>

namespace almagest::text {
namespace {

TEST(Markdown, TakesTheDocumentedForm) {
    const MarkdownText page = read_markdown(
        "The Long Tide\n=============\n\nA *short* account of **the** [tide](http://x.test \"t\")\n"
        "of `Vell` and ~~not~~ \\*stars\\*.\n\nNames\n-----\n\n* Ione\n+ Brask\n\n1. first\n2. "
        "second\n");
    EXPECT_EQ(page.title, "The Long Tide");
    EXPECT_EQ(
        page.text,
        "# The Long Tide\n\nA short account of the tide of Vell and not *stars*.\n\n## Names\n\n"
        "- Ione\n- Brask\n- first\n- second");
}

TEST(Markdown, TablesBecomeRows) {
    EXPECT_EQ(read_markdown("| Ship | Year |\n|:-----|-----:|\n| *Gull* | 311 |\n| Oar | |\n").text,
              "Ship | Year\nGull | 311\nOar |");
}

TEST(Markdown, FrontMatterIsLeftOutButForItsTitle) {
    const MarkdownText page =
        read_markdown("---\ntitle: \"Tides: a list\"\ntags: [a]\n---\n\n## Other\n\nText\n");
    EXPECT_EQ(page.title, "Tides: a list");
    EXPECT_EQ(page.text, "## Other\n\nText");
    EXPECT_EQ(read_markdown("---\r\ntitle: Vell\r\n---\r\nText\r\n").title, "Vell");
}

TEST(Markdown, ARuleAtTheTopIsNotFrontMatter) {
    EXPECT_EQ(read_markdown("---\n\nText after a rule\n").text, "Text after a rule");
}

TEST(Markdown, FencedCodeStays) {
    EXPECT_EQ(read_markdown("Do\n\n```sh\nmake  demo\n\n# not a heading\n```\n").text,
              "Do\n\nmake  demo\n\n# not a heading");
}

TEST(Markdown, HtmlInItIsReadAsHtmlAndLinksInListsStay) {
    EXPECT_EQ(read_markdown("<script>no()</script>\n\n- [Ann](a)\n- [Bo](b)\n- [Cy](c)\n\n"
                            "<b>bold</b> &amp; plain\n")
                  .text,
              "- Ann\n- Bo\n- Cy\n\nbold & plain");
}

TEST(Markdown, DepthCostsNothing) {
    std::string quotes;
    for (int i = 0; i < 20'000; ++i) quotes += "> ";
    EXPECT_EQ(read_markdown(quotes + "bottom").text, "bottom");
    EXPECT_EQ(read_markdown(std::string(100'000, '[')).text, std::string(100'000, '['));
}

}  // namespace
}  // namespace almagest::text
