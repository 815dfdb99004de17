#include "text/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "error/error.h"

namespace almagest::text {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::string& html) {
    return read_html(html).text;
}

std::string repeated(const std::string& part, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += part;
    return all;
}

const std::string kProse =
    "<p>The harbour of Vell was dredged twice before the mole was raised, and the pilots of the "
    "guild kept a ledger of every keel that crossed the bar in those years.</p>";

TEST(Html, BecomesHeadingsParagraphsAndLists) {
    const HtmlText page = read_html(
        "<!DOCTYPE html><html><head><title> The  Moons\nof Orrery </title></head><body>"
        "<h1>Moons</h1><p>Two <b>moons</b>,\n  one&nbsp;tide.</p><p>Second<br>line</p>"
        "<h3>Names</h3><ul><li>Ambar<li><p>Teal</p><p>the lesser</p></ul></body></html>");
    EXPECT_EQ(page.title, "The Moons of Orrery");
    EXPECT_EQ(page.text,
              "# Moons\n\nTwo moons, one tide.\n\nSecond\nline\n\n### Names\n\n- Ambar\n- Teal\n\n"
              "the lesser");
}

TEST(Html, TitleFallsBackToTheFirstHeading) {
    EXPECT_EQ(read_html("<h2>Not this</h2><h1>A <i>Name</i></h1><p>x").title, "A Name");
    EXPECT_EQ(read_html("<svg><title>icon</title></svg><p>x").title, "");
}

TEST(Html, TwoBreaksPartParagraphs) {
    EXPECT_EQ(text_of("one<br>two<br><br>\n<br>three"), "one\ntwo\n\nthree");
}

TEST(Html, TablesOfDataBecomeRows) {
    EXPECT_EQ(text_of("<p>Keels</p><table><caption>Ships</caption><tr><th>Name<th>Year</tr>"
                      "<tr><td>Gull <td>311</tr><tr><td></td><td><p>312</p><p>and 313</p></td></tr>"
                      "<tr><td><ul><li>Oar<li>Sail</ul><td>4</tr></table>after"),
              "Keels\n\nShips\n\nName | Year\nGull | 311\n| 312 and 313\nOar; Sail | 4\n\nafter");
}

TEST(Html, TablesThatLayOutBecomeParagraphs) {
    EXPECT_EQ(text_of("<table><tr><td><h2>Left</h2><p>one<td><p>two<table><tr><td>a<td>b</table>"
                      "</table>"),
              "## Left\n\none\n\ntwo\n\na | b");
}

TEST(Html, PreformattedTextKeepsItsLines) {
    EXPECT_EQ(text_of("<p>see<pre>\n  a  b\r\n\n\n    c\t\n</pre>end"),
              "see\n\n  a  b\n\n    c\n\nend");
}

TEST(Html, ReadsNoScriptsStylesControlsOrHiddenParts) {
    const std::string text = text_of(
        "<style>p{secret}</style><script>if (a < b) secret()</script><noscript>secret</noscript>"
        "<template><p>secret</p></template><svg><text>secret</text></svg><p hidden>secret</p>"
        "<div style='Display : NONE'>secret</div><span aria-hidden=true>secret</span>"
        "<button>secret</button><select><option>secret</select><textarea>secret</textarea>"
        "<!-- secret --><p>open</p>");
    EXPECT_EQ(text, "open");
}

TEST(Html, NoteMarksAreLeftOutOtherSuperscriptsStay) {
    EXPECT_EQ(text_of("built<sup><a href=#n>[12]</a></sup> on the 3<sup>rd</sup> day"),
              "built on the 3rd day");
}

TEST(Html, BoilerplateAroundTheContentIsDropped) {
    const std::string page =
        "<header><h1>Harbours</h1><p>Guild of pilots</p></header><nav><a href=/>Home</a></nav>"
        "<div class=navheader><p>Previous</p></div><div role=navigation>Up</div>"
        "<div><a href=1>Vell</a> <a href=2>Sorrow Quay</a> <a href=3>Mole</a></div>"
        "<aside>Tides today</aside><form>Search</form>" +
        repeated(kProse, 3) + "<footer>All rights</footer><div class='x navfooter'>Next</div>";
    const std::string text = text_of(page);
    EXPECT_THAT(text, testing::StartsWith("# Harbours\n\nThe harbour of Vell"));
    EXPECT_THAT(text, testing::EndsWith("in those years."));
    for (const char* around :
         {"Guild of", "Home", "Previous", "Up", "Sorrow", "Tides", "Search", "rights", "Next"}) {
        EXPECT_THAT(text, Not(HasSubstr(around))) << around;
    }
    EXPECT_THAT(read_html(page, Boilerplate::keep).text, HasSubstr("Guild of pilots"));
}

TEST(Html, TheMainPartIsReadWhereItIsMarked) {
    const std::string text = text_of(
        "<h1>Name</h1><div>Cookies are used here.</div><main><header>By "
        "Ione</header>" +
        repeated(kProse, 2) + "</main><div>Subscribe</div>");
    EXPECT_THAT(text, testing::StartsWith("# Name\n\nBy Ione\n\nThe harbour"));
    EXPECT_THAT(text, Not(HasSubstr("Cookies")));
    EXPECT_THAT(text, Not(HasSubstr("Subscribe")));
}

TEST(Html, APageThatIsAllBoilerplateIsKept) {
    EXPECT_EQ(text_of("<nav><p>Only this</p></nav>"), "Only this");
    EXPECT_EQ(text_of("<form><p>A whole page in a form</p></form>"), "A whole page in a form");
    EXPECT_EQ(text_of("<ul><li><a>Ann</a><li><a>Bo</a><li><a>Cy</a></ul>"), "- Ann\n- Bo\n- Cy");
}

TEST(Html, ListsOfLinksInsideTheContentStay) {
    EXPECT_THAT(text_of("<article>" + repeated(kProse, 3) +
                        "<ul><li><a>Ann</a><li><a>Bo</a><li><a>Cy</a></ul></article>"),
                testing::EndsWith("- Ann\n- Bo\n- Cy"));
}

TEST(Html, ReadsXhtmlAndItsEmptyElements) {
    EXPECT_EQ(
        text_of("<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><body>"
                "<h2><a id=\"x\"/>Vell</h2><p>said &#8220;so&#x201D; &amp; left</p></body></html>"),
        "## Vell\n\nsaid “so” & left");
}

TEST(Html, CharacterReferencesMeanWhatBrowsersReadThem) {
    EXPECT_EQ(text_of("<p>1911&#150;1912&#0;&#13; &shy;&copy; caf&eacute; &unknown; &#xD800;</p>"),
              "1911–1912 © café &unknown;");
}

TEST(Html, InvisibleAndControlCharactersAreDropped) {
    EXPECT_EQ(text_of("<p>a\u200Bb\u00ADc\uFEFFd\x01 e\u2003f\u00A0g</p>"), "abcd e f g");
}

TEST(Html, QuotationsKeepTheirQuotes) {
    EXPECT_EQ(text_of("He said <q>so</q>."), "He said “so”.");
}

TEST(Html, BrokenMarkupStillHasItsText) {
    EXPECT_EQ(text_of("<p>one <b>two <i>three</b> four</p></div></table>five <"),
              "one two three four\n\nfive <");
    EXPECT_EQ(text_of("<td>loose</td><li>item</li></ul><tr>row"), "loose\n\n- item\n\nrow");
}

TEST(Html, DepthCostsNothing) {
    EXPECT_EQ(text_of(repeated("<div>", 100'000) + "bottom"), "bottom");
    EXPECT_EQ(text_of(repeated("<ul><li>", 30'000) + "bottom"), "- bottom");
    EXPECT_EQ(text_of(repeated("<table><tr><td>", 10'000) + "bottom"), "bottom");
    EXPECT_EQ(text_of(repeated("<h1>", 20'000) + "bottom"), "# bottom");
}

TEST(Html, DepthThatWouldTakeForeverIsRefused) {
    EXPECT_THROW((void)text_of(repeated("<div>", 100'000) + "x" + repeated("</p>", 200'000)),
                 PermanentError);
    EXPECT_THROW((void)text_of(repeated("<div>", 200'001)), PermanentError);
}

TEST(Html, PrintsNothingAboutBrokenMarkup) {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    (void)text_of("<p <b>&bogus <nosuchtag a=\"1></p></p></x>\x01<![CDATA[x]]><!ENTITY y>");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(Html, LoadsNoExternalEntities) {
    const std::string text = text_of(
        "<?xml version='1.0'?><!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        "<html><body><p>before &x; after</p></body></html>");
    EXPECT_THAT(text, Not(HasSubstr("root:")));
    EXPECT_THAT(text, HasSubstr("before"));
}

}  // namespace
}  // namespace almagest::text
