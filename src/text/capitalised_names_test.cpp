#include "text/capitalised_names.h"

#include <gtest/gtest.h>

#include "text/sentences.h"

namespace almagest::text {
namespace {

using Names = std::vector<std::string>;

const NameWords english{{"the", "in", "he", "she", "after", "a", "it", "and", "on"},
                        {"march", "may", "monday"},
                        {"of", "the", "de", "von"},
                        {"chapter", "page"},
                        {"the", "a"},
                        nullptr,
                        {"mhz", "mb"},
                        {"-based", "non-"}};

Names names_in(std::string_view text) {
    return capitalised_names(text, sentences(text), english);
}

TEST(CapitalisedNames, RunsOfCapitalisedWordsAreNames) {
    EXPECT_EQ(names_in("In 1840 Ada Byron chaired the Analytical Society."),
              (Names{"Ada Byron", "Analytical Society"}));
}

TEST(CapitalisedNames, JoiningWordsStandInsideANameButEndNone) {
    EXPECT_EQ(names_in("She left the Bank of the West for Otto von Bismarck of all people."),
              (Names{"Bank of the West", "Otto von Bismarck"}));
    EXPECT_EQ(names_in("He heard Harrow & Sons & left."), (Names{"Harrow & Sons"}));
}

TEST(CapitalisedNames, AVersionBelongsToTheNameBeforeIt) {
    EXPECT_EQ(names_in("He saw Loom 2.1 and Loom 7.0.3. Rover 11.25 was late in Turin."),
              (Names{"Loom 2.1", "Loom 7.0.3", "Rover 11.25", "Turin"}));
    EXPECT_EQ(names_in("She ran to Turin in 2.5 hours."), (Names{"Turin"}));
}

TEST(CapitalisedNames, MeasuresAndAdjectivesOfNamesAreNone) {
    EXPECT_EQ(
        names_in("He ran Loom at 20 MHz with 10Mb on a Turin-based and a non-Saltmarsh disk."),
        (Names{"Loom"}));
    EXPECT_EQ(names_in("She met Jean-Luc and Mary-Anne Based."),
              (Names{"Jean-Luc", "Mary-Anne Based"}));
}

TEST(CapitalisedNames, AMeetingAndItsSeriesAreTwo) {
    EXPECT_EQ(names_in("The third TideCon Tidecon3 was held in Turin."),
              (Names{"TideCon", "Tidecon3", "Turin"}));
}

TEST(CapitalisedNames, AFunctionWordAtTheStartOfASentenceIsNoName) {
    EXPECT_EQ(names_in("After Turin she rested. He did not."), (Names{"Turin"}));
}

TEST(CapitalisedNames, AWordThatIsAlsoWrittenSmallIsNoNameAtTheStartOfASentence) {
    EXPECT_EQ(names_in("Rain fell. The rain of Turin is known."), (Names{"Turin"}));
    EXPECT_EQ(names_in("Rover fell."), (Names{"Rover"}));
}

TEST(CapitalisedNames, AWordOfTheDictionaryThatStandsOnlyOnceAndAtTheStartIsNoName) {
    auto words = english;
    words.dictionary = Dictionary::find("en_US");
    ASSERT_TRUE(words.dictionary) << "the Debian package hunspell-en-us is missing";
    const auto names = [&](std::string_view text) {
        return capitalised_names(text, sentences(text), words);
    };
    EXPECT_EQ(names("Leadership\n\nSometimes Turin led. Hocevar followed."),
              (Names{"Sometimes Turin", "Hocevar"}));
    EXPECT_EQ(names("Hunters came. Rose rested. Later they met Rose."), (Names{"Rose"}));
    EXPECT_EQ(names("Rose was born there. Rose left."), (Names{"Rose"}));
}

TEST(CapitalisedNames, PartsOfDatesAreNoNames) {
    EXPECT_EQ(names_in("She came on Monday, 4 March 1840, to Turin."), (Names{"Turin"}));
}

TEST(CapitalisedNames, NumbersBelongToANameOnlyWhereTheyCanEndIt) {
    EXPECT_EQ(names_in("It was Apollo 11. Ada 40 years later saw the 2002 Winter Olympics."),
              (Names{"Apollo 11", "Ada", "2002 Winter Olympics"}));
    EXPECT_EQ(names_in("See Chapter 2 on Debian 12."), (Names{"See", "Debian 12"}));
}

TEST(CapitalisedNames, PossessivesInitialsAndProgrammingLanguagesKeepTheirForm) {
    EXPECT_EQ(names_in("Ada's brother K. Gireesh Kumar wrote C++ and C# in the U.S. Navy."),
              (Names{"Ada", "K. Gireesh Kumar", "C++", "C#", "U.S. Navy"}));
}

TEST(CapitalisedNames, QuotedTitlesAreNames) {
    EXPECT_EQ(names_in("He sang \"Maaye Maaye\" and “a song that nobody knew”."),
              (Names{"Maaye Maaye"}));
}

TEST(CapitalisedNames, OtherScriptsWithCapitalsAreReadToo) {
    EXPECT_EQ(names_in("Она видела Анну Каренину и Москву."),
              (Names{"Она", "Анну Каренину", "Москву"}));
    EXPECT_TRUE(writes_capitals("Она видела Москву."));
    EXPECT_TRUE(writes_capitals("Ἀθῆναι"));
}

TEST(CapitalisedNames, ScriptsWithoutCapitalsHaveNone) {
    EXPECT_EQ(names_in("艾达·拜伦主持分析学会。"), Names{});
    EXPECT_FALSE(writes_capitals("艾达·拜伦主持分析学会。"));
    EXPECT_FALSE(writes_capitals("آدا بايرون"));
    EXPECT_FALSE(writes_capitals("12 %"));
}

TEST(CapitalisedNames, EmptyAndHostileTextsHaveNone) {
    EXPECT_EQ(names_in(""), Names{});
    EXPECT_EQ(names_in("\"\"\"\" ... \" 's '' ++ # &"), Names{});
    EXPECT_EQ(names_in(std::string(10'000, 'A')).size(), 1U);
}

}  // namespace
}  // namespace almagest::text
