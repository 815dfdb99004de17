#include "text/bpe_vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "error/error.h"
#include "text/small_vocabulary.h"

namespace almagest::text {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal_of(const std::string& content) {
    try {
        (void)BpeVocabulary::parse(content, "words.tiktoken");
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(BpeVocabulary, KnowsTheRankOfEachToken) {
    const auto tokens = small_vocabulary_tokens();
    const auto vocabulary = small_vocabulary();
    EXPECT_EQ(vocabulary->size(), tokens.size());
    EXPECT_EQ(vocabulary->longest(), std::string("lighthouse").size());
    for (std::size_t rank = 0; rank < tokens.size(); ++rank) {
        EXPECT_EQ(vocabulary->rank(tokens[rank]), rank) << tokens[rank];
    }
    EXPECT_EQ(vocabulary->rank_of_byte('a'), 255U - 'a');
    EXPECT_EQ(vocabulary->rank_of_pair('t', 'h'), vocabulary->rank("th"));
    for (const auto* other : {"", "ht ", "lighthousf", "lighthouses", "lighthousekeeper", "xy"}) {
        EXPECT_EQ(vocabulary->rank(other), BpeVocabulary::kNone) << other;
    }
    EXPECT_EQ(vocabulary->rank(std::string_view("a\0", 2)), BpeVocabulary::kNone);
}

TEST(BpeVocabulary, ReadsAFileWithEitherLineBreak) {
    auto content = vocabulary_file(small_vocabulary_tokens());
    for (auto at = content.find('\n'); at != std::string::npos; at = content.find('\n', at + 2)) {
        content.replace(at, 1, "\r\n");
    }
    const auto file = std::filesystem::path(testing::TempDir()) / "almagest-words.tiktoken";
    std::ofstream(file, std::ios::binary) << content;
    EXPECT_EQ(BpeVocabulary::load(file).size(), small_vocabulary_tokens().size());
    std::filesystem::remove(file);
}

TEST(BpeVocabulary, IsRefusedWithFileAndLine) {
    const auto good = vocabulary_file(small_vocabulary_tokens());
    for (const std::string line :
         {"<html>", "YQ==", "YQ== ", "YQ= 900", "Y*== 900", " 900", "YWI= 9x", "YWI= -1",
          "YWI= 4294967295", "YWI= 900 1", "= 900", "==== 900"}) {
        EXPECT_THAT(refusal_of(good + line + "\n"),
                    AllOf(HasSubstr("words.tiktoken, line " +
                                    std::to_string(small_vocabulary_tokens().size() + 1)),
                          HasSubstr("base64")))
            << line;
    }
    EXPECT_THAT(refusal_of(good + "dGg= 900\n"), HasSubstr("the token stands there a second time"));
    EXPECT_THAT(refusal_of(good + "cXg= 7\n"), HasSubstr("rank 7 is given a second time"));
    EXPECT_THAT(refusal_of(good + "cXg= 4000000000\n"), HasSubstr("rank 4000000000 is beyond"));
}

TEST(BpeVocabulary, IsRefusedWhereBytesAreMissing) {
    auto tokens = small_vocabulary_tokens();
    tokens[255 - 'q'] = "qq";
    tokens[255 - 'z'] = "zz";
    EXPECT_THAT(refusal_of(vocabulary_file(tokens)),
                AllOf(HasSubstr("the byte 0x71 is no token"), HasSubstr("2 are missing")));
    EXPECT_THAT(refusal_of(""), HasSubstr("256 are missing"));
}

TEST(BpeVocabulary, SaysThatAFileCannotBeRead) {
    EXPECT_THROW((void)BpeVocabulary::load("/nowhere/words.tiktoken"), UsageError);
    EXPECT_THROW((void)BpeVocabulary::load(testing::TempDir()), UsageError);
}

}  // namespace
}  // namespace almagest::text
