#include "text/dictionary.h"

#include <gtest/gtest.h>

namespace almagest::text {
namespace {

TEST(Dictionary, KnowsTheInflectedWordsOfItsLanguageAsTheyAreWritten) {
    const auto english = Dictionary::find("en_US");
    ASSERT_TRUE(english) << "the Debian package hunspell-en-us is missing";
    for (const char* word : {"rain", "rains", "leadership", "sometimes", "hunters"})
        EXPECT_TRUE(english->has(word)) << word;
    for (const char* word : {"rian", "murdock", "hocevar", "Мир", "\xF0\x9F\x8F\xAE", "\xFF"})
        EXPECT_FALSE(english->has(word)) << word;
}

TEST(Dictionary, IsReadOnceAndNullWhereTheSystemHasNone) {
    EXPECT_EQ(Dictionary::find("en_US"), Dictionary::find("en_US"));
    EXPECT_EQ(Dictionary::find("xx_XX"), nullptr);
    EXPECT_EQ(Dictionary::find("../../etc/passwd"), nullptr);
}

}  // namespace
}  // namespace almagest::text
