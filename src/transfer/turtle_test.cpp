#include "transfer/turtle.h"

#include <gtest/gtest.h>

#include "transfer/graphml.h"

namespace almagest::transfer {
namespace {

TEST(Turtle, AStringEscapesWhatWouldEndOrBreakIt) {
    EXPECT_EQ(turtle_string("a \"b\" \\ \n\r\t\x01 é 🚢"),
              "\"a \\\"b\\\" \\\\ \\n\\r\\t\\u0001 é 🚢\"");
}

TEST(Turtle, AnIriHoldsNothingThatWouldEndIt) {
    EXPECT_EQ(iri_part("sails \"with\"/> é"), "sails%20%22with%22%2F%3E%20%C3%A9");
}

TEST(Turtle, LiteralsHaveTheirTypesWhereTheirFormIsRight) {
    EXPECT_EQ(turtle_literal("12", "bigint"), "12");
    EXPECT_EQ(turtle_literal("t", "boolean"), "true");
    EXPECT_EQ(turtle_literal("-Infinity", "double precision"), "\"-INF\"^^xsd:double");
    EXPECT_EQ(turtle_literal("-1.50", "numeric"), "\"-1.50\"^^xsd:decimal");
    EXPECT_EQ(turtle_literal("NaN", "numeric"), "\"NaN\"");
    EXPECT_EQ(turtle_literal("1996-04-30", "date"), "\"1996-04-30\"^^xsd:date");
    EXPECT_EQ(turtle_literal("0044-03-15 BC", "date"), "\"0044-03-15 BC\"");
    EXPECT_EQ(turtle_literal("2026-01-02 03:04:05.6+00", "timestamp with time zone"),
              "\"2026-01-02T03:04:05.6Z\"^^xsd:dateTime");
    EXPECT_EQ(turtle_literal("infinity", "timestamp with time zone"), "\"infinity\"");
}

TEST(GraphMl, TextIsWhatXmlCanHold) {
    EXPECT_EQ(xml_text("<a & \"b\">\r\n\t"), "&lt;a &amp; &quot;b&quot;&gt;&#13;&#10;&#9;");
    EXPECT_EQ(xml_text("\x1b\x01 \xEF\xBF\xBE\xEF\xBF\xBF \xEF\xBF\xBD 🚢"),
              "␛␁ \uFFFD\uFFFD \uFFFD 🚢");
}

}  // namespace
}  // namespace almagest::transfer
