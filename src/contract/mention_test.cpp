#include "contract/mention.h"

#include <gtest/gtest.h>

namespace almagest::contract {
namespace {

TEST(Mention, NamesLoseWhatIsAroundThem) {
    for (const auto& [given, name] :
         std::initializer_list<std::pair<const char*, const char*>>{{" Ada ", "Ada"},
                                                                    {"\"Ada\"", "Ada"},
                                                                    {"“Ada”,", "Ada"},
                                                                    {"'Ada'", "Ada"},
                                                                    {"(Ada)", "Ada"},
                                                                    {"Debian.", "Debian"},
                                                                    {"Acme Inc.", "Acme Inc."},
                                                                    {"U.S.", "U.S."},
                                                                    {"Wham!", "Wham!"},
                                                                    {"O'Neill", "O'Neill"},
                                                                    {"名字", "名字"},
                                                                    {"**Ada**", "Ada"},
                                                                    {"", ""},
                                                                    {"\"\"", ""},
                                                                    {" ", ""},
                                                                    {"Foo (bar)", "Foo (bar)"},
                                                                    {"- Ada", "Ada"}}) {
        EXPECT_EQ(trimmed_name(given), name) << given;
    }
}

TEST(Mention, PronounsAreNoNames) {
    for (const char* word : {"he", "She", "It", "I", "the latter", "WHich", "us"})
        EXPECT_TRUE(is_pronoun(word)) << word;
    for (const char* word : {"US", "WHO", "IT", "Hera", "Itself Ltd", "Ada", "A"})
        EXPECT_FALSE(is_pronoun(word)) << word;
}

TEST(Mention, ALeadingArticleMayDiffer) {
    EXPECT_EQ(find_mention("Debian Project members", "the Debian Project").name, "Debian Project");
    EXPECT_EQ(find_mention("The Debian Project's members", "the Debian Project").name,
              "the Debian Project");
    EXPECT_EQ(find_mention("The Debian Project's members", "Debian Project").places,
              (std::vector<text::Range>{{4, 18}}));
    EXPECT_TRUE(find_mention("Debianites", "Debian").places.empty());
    EXPECT_TRUE(find_mention("anything", "the ").places.empty());
}

TEST(Mention, WordingIsComparedByItsFirstLetters) {
    EXPECT_TRUE(carries_wording("Ian founded Debian.", "founder_of"));
    EXPECT_TRUE(carries_wording("She was elected, twice", "was elected"));
    EXPECT_TRUE(carries_wording("He led it", "led"));
    EXPECT_FALSE(carries_wording("He left it", "led"));
    EXPECT_FALSE(carries_wording("Ian founded Debian.", "leader_of"));
    EXPECT_FALSE(carries_wording("The art of it", "article_about"));
    EXPECT_TRUE(carries_wording("anything", "is_in"));
    EXPECT_TRUE(carries_wording("Elle est présidente—depuis 1999", "president"));
    EXPECT_TRUE(carries_wording("他创立了公司", "创立"));
    EXPECT_FALSE(carries_wording("他离开了公司", "创立"));
}

}  // namespace
}  // namespace almagest::contract
