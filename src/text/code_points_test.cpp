#include "text/code_points.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <string>

namespace almagest::text {
namespace {

TEST(Utf8, AcceptsTheEdgesOfEveryLength) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("plain ascii that is longer than one machine word"));
    EXPECT_TRUE(is_utf8("\x7F\xC2\x80\xDF\xBF"));
    EXPECT_TRUE(is_utf8("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"));
    EXPECT_TRUE(is_utf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
    EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndCutCharacters) {
    for (const char* bad :
         {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC3", "\xE2\x82",
          "\xF0\x9F\x98", "abcdefgh\xC3", "\xC3(", "eight by\xFFtes"}) {
        EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(std::string(bad));
    }
}

TEST(CodePoints, AreCountedNotBytes) {
    EXPECT_EQ(code_point_count(""), 0U);
    EXPECT_EQ(code_point_count("Tycho"), 5U);
    EXPECT_EQ(code_point_count("Bayeux – 天文 🜨"), 13U);
}

TEST(CodePointIndex, AgreesWithCountingAtEveryOffset) {
    std::mt19937 random(7);
    const std::string pieces[] = {"a", "é", "天", "🜨", " "};
    std::string text;
    for (int i = 0; i < 1000; ++i) text += pieces[random() % 5];
    const CodePointIndex index(text);
    ASSERT_EQ(index.size(), 1000U);
    for (std::size_t position = 0; position <= index.size(); ++position) {
        const std::size_t byte = index.byte_of(position);
        ASSERT_EQ(code_point_count(std::string_view(text).substr(0, byte)), position);
        ASSERT_EQ(index.code_point_of(byte), position);
    }
    for (std::size_t byte = 0; byte < text.size(); ++byte) {
        ASSERT_EQ(index.code_point_of(byte),
                  code_point_count(std::string_view(text).substr(0, byte + 1)) - 1);
    }
}

TEST(CodePointIndex, SlicesByCodePoints) {
    const std::string text = "Ærø og Samsø";
    const CodePointIndex index(text);
    EXPECT_EQ(index.slice({0, 3}), "Ærø");
    EXPECT_EQ(index.slice({7, 12}), "Samsø");
    EXPECT_EQ(index.slice({12, 12}), "");
    EXPECT_THROW((void)index.slice({7, 13}), std::out_of_range);
    EXPECT_THROW((void)index.slice({3, 2}), std::out_of_range);
    EXPECT_THROW((void)index.byte_of(13), std::out_of_range);
    EXPECT_THROW((void)index.code_point_of(text.size() + 1), std::out_of_range);
}

TEST(CodePointIndex, OfAnEmptyTextHasOnePosition) {
    const CodePointIndex index("");
    EXPECT_EQ(index.size(), 0U);
    EXPECT_EQ(index.byte_of(0), 0U);
    EXPECT_EQ(index.code_point_of(0), 0U);
    EXPECT_EQ(index.slice({0, 0}), "");
}

}  // namespace
}  // namespace almagest::text
