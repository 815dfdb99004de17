#include "contract/antecedents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/named_sentence.h"
#include "contract/passage_names.h"
#include "contract/prompt.h"
#include "text/sentences.h"

namespace almagest::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

NameRule english() {
    NameRule rule;
    rule.words.function_words = {"the", "he", "she",   "it", "his", "in",
                                 "as",  "a",  "after", "on", "then"};
    rule.words.calendar_words = {"july"};
    rule.words.joining_words = {"of"};
    rule.pronouns = {"he", "she", "it", "his", "him"};
    AntecedentRule words;
    words.persons = {"he", "she"};
    words.things = {"it"};
    words.possessive = {"his", "her"};
    words.prepositions = {"of", "in", "for", "as", "by", "on", "with", "at"};
    words.articles = {"the", "a", "an"};
    words.agents = {"by"};
    words.relative = {"which", "who"};
    words.expletive = {"that"};
    rule.antecedents = words;
    return rule;
}

Passage passage_of(std::string text) {
    Passage passage;
    passage.text = std::move(text);
    passage.sentences = text::sentences(passage.text);
    passage.names = find_names(english(), passage);
    return passage;
}

/// The sentences as a model reads them.
std::string read_by_a_model(const std::string& text) {
    return render({{"user", "{{sentences}}"}}, passage_of(text)).front().text;
}

TEST(Antecedents, APronounTakesUpTheSubjectOfTheSentenceBefore) {
    EXPECT_EQ(
        read_by_a_model("Ada Byron met Otto Hahn in Turin. She led the Survey. Then he slept."),
        "[1] Ada Byron met Otto Hahn in Turin.\n[2] Ada Byron led the Survey.\n"
        "[3] Then Ada Byron slept.");
    EXPECT_EQ(read_by_a_model("Ada Byron came. His brother was Otto."),
              "[1] Ada Byron came.\n[2] Ada Byron's brother was Otto.");
}

TEST(Antecedents, WhatAPrepositionGovernsIsNoSubject) {
    EXPECT_EQ(read_by_a_model("In Turin, Ada Byron came. As head of the Survey team he wrote it."),
              "[1] In Turin, Ada Byron came.\n[2] As head of the Survey team Ada Byron wrote it.");
    EXPECT_EQ(read_by_a_model("The Olympic cyclist Marco Polo came. He won."),
              "[1] The Olympic cyclist Marco Polo came.\n[2] Marco Polo won.");
    EXPECT_EQ(read_by_a_model("Ada's friend Otto Hahn came. He won."),
              "[1] Ada's friend Otto Hahn came.\n[2] Otto Hahn won.");
}

TEST(Antecedents, WhoActsIsMeantRatherThanWhatWasDone) {
    EXPECT_EQ(read_by_a_model("The Survey was begun by Ada Byron in Turin. She led it."),
              "[1] The Survey was begun by Ada Byron in Turin.\n[2] Ada Byron led it.");
}

TEST(Antecedents, ItIsLeftToTheReaderWhereSeveralThingsCouldBeMeant) {
    EXPECT_EQ(read_by_a_model("Ada Byron led the Survey. It met in Turin."),
              "[1] Ada Byron led the Survey.\n[2] It met in Turin.");
    EXPECT_EQ(read_by_a_model("The Survey was old. It met in Turin."),
              "[1] The Survey was old.\n[2] Survey met in Turin.");
    EXPECT_EQ(read_by_a_model("The Survey was old. It is said that Turin paid."),
              "[1] The Survey was old.\n[2] It is said that Turin paid.");
}

TEST(Antecedents, ASentenceWithItsOwnSubjectKeepsItsPronouns) {
    EXPECT_THAT(passage_of("Ada came. Otto said that he slept.").names->antecedents, IsEmpty());
    EXPECT_THAT(passage_of("He came. Ada slept.").names->antecedents, IsEmpty());
}

TEST(Antecedents, AreTheOnlyEarlierNameThatTheSentenceMayBeAbout) {
    const auto names = *passage_of("Ada met Otto. She led the Survey in Turin.").names;
    ASSERT_EQ(names.antecedents.size(), 1U);
    EXPECT_THAT(names.ends[1], ElementsAre(2, 3, 0));
}

TEST(PassageNames, OneNameAloneGoesWithWhatIsTalkedOfAgainAndAgain) {
    const auto names = *passage_of("Ada met Otto. Otto led the Survey. On 2 July Kurt died.").names;
    EXPECT_THAT(names.names, ElementsAre("Ada", "Otto", "Survey", "Kurt"));
    EXPECT_THAT(names.ends[2], ElementsAre(3, 1));
}

TEST(NamedSentence, WhatIsTalkedOfOnTheWayBeginsNothing) {
    const auto rule = *english().antecedents;
    const std::vector<std::string> names{"Ada", "Survey", "Guild", "Turin", "Italy"};
    const auto may_begin = [&](const char* text, std::size_t first, std::size_t last) {
        return NamedSentence(rule, text, names, {0, 1, 2, 3, 4}).may_begin(first, last);
    };
    const auto* sentence = "Ada worked in the Survey as a maker of maps and a friend of the Guild.";
    EXPECT_TRUE(may_begin(sentence, 0, 2));
    EXPECT_FALSE(may_begin(sentence, 1, 2));
    EXPECT_TRUE(may_begin("Ada lived in Turin, Italy.", 3, 4));
    EXPECT_TRUE(may_begin("Ada came for the Survey, which met with nobody of the Guild.", 1, 2));
    EXPECT_TRUE(may_begin("It was begun by Ada with the good old help of the Guild.", 0, 2));
    // What stands elsewhere is what a pronoun leaves open.
    EXPECT_TRUE(may_begin("She led it with all of the help of the Guild.", 0, 2));
}

TEST(NamedSentence, KeepsTheLongestOfNamesAtOnePlace) {
    const auto rule = *english().antecedents;
    const std::vector<std::string> names{"Tide", "Tide Survey", "Survey"};
    const NamedSentence sentence(rule, "Tide Survey met.", names, {0, 1, 2});
    ASSERT_TRUE(sentence.subject().has_value());
    EXPECT_EQ(sentence.subject()->name, 1U);
    EXPECT_EQ(sentence.names(), 1U);
}

}  // namespace
}  // namespace almagest::contract
