#include "text/dates.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace almagest::text {
namespace {

std::string shown(const DateMention& date) {
    return date.said + "=" + date.first_day + ".." + date.last_day + "/" +
           std::string(to_string(date.precision));
}

std::string dates_in(const std::string& text) {
    std::string all;
    for (const auto& date : read_dates(text)) all += (all.empty() ? "" : "; ") + shown(date);
    return all;
}

std::string shown(const DatedSpan& span) {
    if (span.point) return "at " + span.bounds.start->said;
    return (span.bounds.start ? span.bounds.start->said : "") + " -> " +
           (span.bounds.end ? span.bounds.end->said : "");
}

std::string spans_in(const std::string& text) {
    std::string all;
    for (const auto& span : read_time_bounds(text)) all += (all.empty() ? "" : "; ") + shown(span);
    return all;
}

struct Case {
    const char* text;
    const char* expected;
};

// Test names are made of what is printed; whole texts would not do.
void PrintTo(const Case& example, std::ostream* out) {
    for (const char* c = example.text; *c != '\0'; ++c) {
        const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        *out << (plain ? *c : '_');
    }
}

class DatesRead : public testing::TestWithParam<Case> {};

TEST_P(DatesRead, AsTheirWordsMean) {
    EXPECT_EQ(dates_in(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Days, DatesRead,
    testing::Values(
        Case{"Ada came on July 2nd. Byron left on July 3rd, 1851, and died on July 30th.",
             "July 3rd, 1851=1851-07-03..1851-07-03/day; July 30th=1851-07-30..1851-07-30/day"},
        Case{"The mill burned on December 11th 1995.",
             "December 11th 1995=1995-12-11..1995-12-11/day"},
        Case{"Opened 8 April 2007", "8 April 2007=2007-04-08..2007-04-08/day"},
        Case{"On April 8th, 2007, it", "April 8th, 2007=2007-04-08..2007-04-08/day"},
        Case{"the 3rd of May, 1851", "3rd of May, 1851=1851-05-03..1851-05-03/day"},
        Case{"Feb. 29, 2024", "Feb. 29, 2024=2024-02-29..2024-02-29/day"},
        Case{"sailed 1996-04-01.", "1996-04-01=1996-04-01..1996-04-01/day"},
        Case{"at 1996-04-01T10:00:00Z", "1996-04-01=1996-04-01..1996-04-01/day"},
        Case{"am 01.04.1996", "01.04.1996=1996-04-01..1996-04-01/day"},
        Case{"on 25/12/1996 and 12/25/1996",
             "25/12/1996=1996-12-25..1996-12-25/day; 12/25/1996=1996-12-25..1996-12-25/day"},
        Case{"from 5-9 June 2000",
             "5=2000-06-05..2000-06-05/day; 9 June 2000=2000-06-09..2000-06-09/day"},
        Case{"June 29 – July 4, 2003",
             "June 29=2003-06-29..2003-06-29/day; July 4, 2003=2003-07-04..2003-07-04/day"},
        Case{"June 5th to 9th, 2000",
             "June 5th=2000-06-05..2000-06-05/day; 9th, 2000=2000-06-09..2000-06-09/day"}));

INSTANTIATE_TEST_SUITE_P(
    Coarser, DatesRead,
    testing::Values(
        Case{"Launch (March 1995)", "March 1995=1995-03-01..1995-03-31/month"},
        Case{"August-December 1993",
             "August=1993-08-01..1993-08-31/month; December 1993=1993-12-01..1993-12-31/month"},
        Case{"between August and December of 1993",
             "August=1993-08-01..1993-08-31/month; December of 1993=1993-12-01..1993-12-31/month"},
        Case{"from November to February 1995",
             "November=1994-11-01..1994-11-30/month; February 1995=1995-02-01..1995-02-28/month"},
        Case{"in the spring of 1996", "spring of 1996=1996-03-01..1996-05-31/season"},
        Case{"in winter 1996", "winter 1996=1995-12-01..1996-02-29/season"},
        Case{"the winter of 1995/96", "winter of 1995/96=1995-12-01..1996-02-29/season"},
        Case{"Fall 2001", "Fall 2001=2001-09-01..2001-11-30/season"},
        Case{"in the early 1990s", "early 1990s=1990-01-01..1993-12-31/decade"},
        Case{"the 1980's", "1980's=1980-01-01..1989-12-31/decade"},
        Case{"mid-1998", "mid-1998=1998-05-01..1998-08-31/year"},
        Case{"by late April 1996", "late April 1996=1996-04-21..1996-04-30/month"},
        Case{"the 19th century", "19th century=1801-01-01..1900-12-31/century"},
        Case{"the late eighteenth century",
             "late eighteenth century=1767-01-01..1800-12-31/century"},
        Case{"the 1800s", "1800s=1800-01-01..1899-12-31/century"},
        Case{"in Feb 1900", "Feb 1900=1900-02-01..1900-02-28/month"},
        Case{"in 1996, 1997 and 1998",
             "1996=1996-01-01..1996-12-31/year; 1997=1997-01-01..1997-12-31/year; "
             "1998=1998-01-01..1998-12-31/year"},
        Case{"Orla Venn (1914–18)",
             "1914=1914-01-01..1914-12-31/year; 18=1918-01-01..1918-12-31/year"},
        Case{"the storm (1889)", "1889=1889-01-01..1889-12-31/year"}));

INSTANTIATE_TEST_SUITE_P(
    Relative, DatesRead,
    testing::Values(
        Case{"Founded in 1851, it closed two years later.",
             "1851=1851-01-01..1851-12-31/year; two years later=1853-01-01..1853-12-31/year"},
        Case{"He came in May 1996 and left the following month",
             "May 1996=1996-05-01..1996-05-31/month; the following "
             "month=1996-06-01..1996-06-30/month"},
        Case{
            "On 30 December 1996 it sailed; 3 days later it sank.",
            "30 December 1996=1996-12-30..1996-12-30/day; 3 days later=1997-01-02..1997-01-02/day"},
        Case{"By March 1996, fourteen months after, or 14 months later, all was done",
             "March 1996=1996-03-01..1996-03-31/month; 14 months "
             "later=1997-05-01..1997-05-31/month"},
        Case{"In 1996 she left, having been chosen a year earlier",
             "1996=1996-01-01..1996-12-31/year; a year earlier=1995-01-01..1995-12-31/year"},
        Case{"It burned on 2 May 1889 and was rebuilt that same year",
             "2 May 1889=1889-05-02..1889-05-02/day; that same year=1889-01-01..1889-12-31/year"},
        Case{"in 1996 and, the next year, in Oslo",
             "1996=1996-01-01..1996-12-31/year; the next year=1997-01-01..1997-12-31/year"}));

class NoDate : public testing::TestWithParam<Case> {};

TEST_P(NoDate, IsRead) {
    EXPECT_EQ(dates_in(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Traps, NoDate,
    testing::Values(Case{"Marsh 2.1 and 0.93R6", ""}, Case{"on 2024-02-31", ""},
                    Case{"on 30 February 2001", ""}, Case{"it cost $1996", ""},
                    Case{"a fare of €1850.", ""}, Case{"on page 1996", ""},
                    Case{"pages 1024-1030", ""}, Case{"she may 2000 times", ""},
                    Case{"they march 1500 miles", ""}, Case{"a fleet of 1500 ships", ""},
                    Case{"from 1200 to 1500 soldiers", ""}, Case{"in 1080p", ""},
                    Case{"in 2000.5 units", ""}, Case{"in version 1998.2", ""},
                    Case{"Windows 2000", ""}, Case{"two years later", ""}, Case{"in April", ""},
                    Case{"that year", ""}, Case{"the following month", ""}, Case{"on April 5", ""},
                    Case{"03/04/1996", ""}, Case{"ports 1024-2048", ""}, Case{"1,996 of 2,001", ""},
                    Case{"call 555-1999-2001", ""}, Case{"in 1999%", ""}, Case{"by 300 to 1", ""},
                    Case{"in 1200 BC", ""}, Case{"a total of 1996", ""}, Case{"in 2500", ""},
                    Case{"1996-13-01", ""}, Case{"the year 999", ""}, Case{"Room 1984, please", ""},
                    Case{"in A1996", ""}, Case{"#1996", ""}, Case{"", ""}, Case{"in\n\n1996", ""}));

class UnresolvedDate : public testing::TestWithParam<const char*> {};

TEST_P(UnresolvedDate, IsLeftAlone) {
    EXPECT_EQ(read_dates(GetParam()).size(), 1U) << dates_in(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Traps, UnresolvedDate,
    testing::Values("In 1851 it rose. It closed two years later.",
                    "In 1851 it rose\n\nand fell two years later", "In 1851, three days later,",
                    "in the 1990s and two years later", "in 1851, about two years later,",
                    "in 1851, half a year later,", "in 1851, one and a half years later,",
                    "in 1851, two years after the war,", "in 1851, for the next years,",
                    "in 1851, more than a year later", "in 9-year terms since 1851, later",
                    "in May 1996, 3 days later"));

TEST(Eras, AreReadByTheirCalendar) {
    const Calendar calendar{{{"BBY", "before the Battle of Yavin"}, 5000, true},
                            {{"ABY"}, 5000, false}};
    const auto read = [&](const char* text) {
        std::string all;
        for (const auto& date : read_dates(text, calendar))
            all += (all.empty() ? "" : "; ") + shown(date);
        return all;
    };
    EXPECT_EQ(read("born in 19 BBY."), "19 BBY=4981-01-01..4981-12-31/year");
    EXPECT_EQ(read("birth year 19BBY"), "19BBY=4981-01-01..4981-12-31/year");
    EXPECT_EQ(read("c. 3,000 BBY"), "3,000 BBY=2000-01-01..2000-12-31/year");
    EXPECT_EQ(read("in early 4 ABY"), "early 4 ABY=5004-01-01..5004-04-30/year");
    EXPECT_EQ(read("three years before: 22 before the Battle of Yavin"),
              "22 before the Battle of Yavin=4978-01-01..4978-12-31/year");
    EXPECT_EQ(read("ruled 32–19 BBY"),
              "32=4968-01-01..4968-12-31/year; 19 BBY=4981-01-01..4981-12-31/year");
    EXPECT_EQ(read("between 22 and 19 BBY"),
              "22=4978-01-01..4978-12-31/year; 19 BBY=4981-01-01..4981-12-31/year");
    EXPECT_EQ(read("in 19 BBY; two years later"),
              "19 BBY=4981-01-01..4981-12-31/year; two years later=4983-01-01..4983-12-31/year");
    EXPECT_EQ(read("9,000 BBY, 19 bby, 3.5 ABY, BBY 19 and A19 BBY"), "");
    EXPECT_EQ(dates_in("born in 19 BBY"), "");
}

TEST(Eras, BoundARelation) {
    const Calendar calendar{{{"BBY"}, 5000, true}, {{"ABY"}, 5000, false}};
    const std::string sentence = "Palpatine ruled the Empire from 19 BBY until 4 ABY.";
    const auto span = bounds_for(sentence, {0, 9}, {20, 26}, "ruled", calendar);
    ASSERT_TRUE(span);
    EXPECT_EQ(span->bounds.start->first_day, "4981-01-01");
    EXPECT_EQ(span->bounds.end->last_day, "5004-12-31");
    EXPECT_EQ(span->bounds.end->said, "4 ABY");
    EXPECT_EQ(read_date("19 BBY", calendar)->first_day, "4981-01-01");
    EXPECT_FALSE(read_date("19 BBY"));
}

TEST(Dates, HaveRangesInCodePoints) {
    const auto dates = read_dates("🛶 Élan sank in April 1996.");
    ASSERT_EQ(dates.size(), 1U);
    EXPECT_EQ(dates[0].range, (Range{15, 25}));
}

class SpansRead : public testing::TestWithParam<Case> {};

TEST_P(SpansRead, AsTheirWordsMean) {
    EXPECT_EQ(spans_in(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Bounds, SpansRead,
    testing::Values(
        Case{"Orla ran the mill from April 2001 until April 2002.", "April 2001 -> April 2002"},
        Case{"from November 1994 to November 1995", "November 1994 -> November 1995"},
        Case{"from 1996 until December 1997", "1996 -> December 1997"},
        Case{"between August and December of 1993", "August -> December of 1993"},
        Case{"(1914–1918)", "1914 -> 1918"}, Case{"2001–2003", "2001 -> 2003"},
        Case{"is our keeper since April 2020", "April 2020 -> "},
        Case{"until the end of 1998", " -> 1998"}, Case{"as of May 2004", "May 2004 -> "},
        Case{"1998–present", "1998 -> "}, Case{"from 1998 to the present", "1998 -> "},
        Case{"starting in May 2004", "May 2004 -> "}, Case{"until about 1850", " -> 1850"},
        Case{"up to May 1850", " -> May 1850"}, Case{"in August 1993", "at August 1993"},
        Case{"It opened in 1901 and stood until March 1926.", "at 1901;  -> March 1926"},
        Case{"from May 1901, when it opened, until June 1902", "May 1901 -> June 1902"},
        Case{"postponed to April 1996", "at April 1996"},
        Case{"the years 1996–1998 and 2001–2003", "1996 -> 1998; 2001 -> 2003"},
        Case{"from 5 to 9 June 2000", "5 -> 9 June 2000"},
        Case{"In 1996 and 1998 it won.", "at 1996; at 1998"},
        Case{"until Monday, 8 April 2007", " -> 8 April 2007"}));

TEST(TimeBounds, CoverTheWordsThatOpenThem) {
    const auto spans = read_time_bounds("She led it from 1996 until 1998.");
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0].bounds.range, (Range{11, 31}));
    EXPECT_EQ(spans[0].bounds.end->last_day, "1998-12-31");
}

TEST(ReadDate, TakesAFieldOfItsOwn) {
    EXPECT_EQ(shown(*read_date("1996")), "1996=1996-01-01..1996-12-31/year");
    EXPECT_EQ(shown(*read_date(" may 1996. ")), "may 1996=1996-05-01..1996-05-31/month");
    EXPECT_EQ(shown(*read_date("1996-04")), "1996-04=1996-04-01..1996-04-30/month");
    EXPECT_EQ(shown(*read_date("c. 1850")), "1850=1850-01-01..1850-12-31/year");
    for (const auto* text : {"", "present", "1996-02-30", "1996 to 1998", "version 1996",
                             "at the fair of 1996", "12", "19960401"}) {
        EXPECT_FALSE(read_date(text)) << text;
    }
}

}  // namespace
}  // namespace almagest::text
