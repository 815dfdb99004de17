#include "work/chunk_step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "error/error.h"
#include "model/recorded.h"
#include "text/bpe_tokens.h"
#include "text/small_vocabulary.h"

namespace almagest::work {
namespace {

using testing::HasSubstr;

const std::filesystem::path source = ALMAGEST_SOURCE_DIR;

class ChunkStep : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::path(testing::TempDir()) /
                  ("almagest-" +
                   std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / "meta.json")
            << R"({"model": "default", "context_window": 16384, "concurrency": 1})";
        const auto file = folder_ / "cl100k_small.tiktoken";
        std::ofstream(file, std::ios::binary)
            << text::vocabulary_file(text::small_vocabulary_tokens());
        settings_ = config::load_settings(source / "config" / "almagest.yaml", std::nullopt);
        settings_.chunk.vocabulary_file = file.string();
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
    config::Settings settings_;
    const text::ChunkBudget budget_{1000, {40, 10, 10}, {}};
    const std::string page_ =
        "Orla sailed. The lighthouse stood there. Orla sailed the lighthouse.";
};

TEST_F(ChunkStep, CountsByTheVocabularyOfTheConfiguration) {
    model::RecordedModel model(folder_, std::chrono::milliseconds(0));
    const auto by_vocabulary = chunk_source_output(page_, budget_, settings_, model);
    settings_.chunk.vocabulary_file.clear();
    const auto by_model = chunk_source_output(page_, budget_, settings_, model);
    EXPECT_EQ(by_vocabulary.at("policy").at("vocabulary"), "cl100k_small.tiktoken");
    EXPECT_FALSE(by_model.at("policy").contains("vocabulary"));
    EXPECT_EQ(by_model.at("chunks").at(0).at("token_count"), (page_.size() + 3) / 4);
    std::string whole;
    for (const auto& chunk : by_vocabulary.at("chunks")) {
        const auto part =
            page_.substr(chunk.at("char_start"), chunk.at("char_end").get<std::size_t>() -
                                                     chunk.at("char_start").get<std::size_t>());
        EXPECT_EQ(chunk.at("token_count"),
                  text::BpeTokens(text::small_vocabulary(), text::PieceRules::cl100k).count(part));
        whole +=
            page_.substr(chunk.at("fresh_start"), chunk.at("char_end").get<std::size_t>() -
                                                      chunk.at("fresh_start").get<std::size_t>());
    }
    EXPECT_EQ(whole, page_);
}

TEST_F(ChunkStep, BudgetsByTheVocabularyOfTheConfiguration) {
    model::RecordedModel model(folder_, std::chrono::milliseconds(0));
    const auto registry = contract::Registry::load(source / "contracts");
    const auto by_vocabulary = chunk_budget_for(settings_, registry, model);
    settings_.chunk.vocabulary_file.clear();
    // The small vocabulary has more tokens for the prompts than four characters each.
    EXPECT_LT(by_vocabulary.available, chunk_budget_for(settings_, registry, model).available);
}

/// Another job reports usage after each count.
class EstimatingModel final : public model::ChatModel {
  public:
    [[nodiscard]] model::ChatAnswer complete(const model::ChatRequest&, std::stop_token,
                                             const std::function<void(std::size_t)>&) override {
        throw PermanentError("it is not asked");
    }
    [[nodiscard]] std::string name() const override { return "estimating"; }
    [[nodiscard]] std::size_t context_window() override { return 1000; }
    [[nodiscard]] std::size_t count_tokens(std::string_view utf8) override {
        ratio_ = ratio_ > 3 ? 2 : 4;
        return text::EstimatedTokens(ratio_).count(utf8);
    }
    [[nodiscard]] std::optional<double> estimated_characters_per_token() override { return ratio_; }
    [[nodiscard]] unsigned concurrency() const override { return 1; }

  private:
    double ratio_ = 2;
};

TEST_F(ChunkStep, CutsAPageByOneMeasure) {
    EstimatingModel model;
    settings_.chunk.vocabulary_file.clear();
    std::string page;
    for (int i = 0; i < 100; ++i) page += "Orla sailed to the lighthouse and stood there. ";
    const auto output = chunk_source_output(page, budget_, settings_, model);
    ASSERT_GT(output.at("chunks").size(), 10U);
    for (const auto& chunk : output.at("chunks")) {
        const auto characters =
            chunk.at("char_end").get<std::size_t>() - chunk.at("char_start").get<std::size_t>();
        EXPECT_EQ(chunk.at("token_count"), (characters + 1) / 2);
    }
}

TEST_F(ChunkStep, SaysWhatIsWrongWithTheVocabulary) {
    model::RecordedModel model(folder_, std::chrono::milliseconds(0));
    const auto refusal = [&] {
        try {
            (void)chunk_source_output(page_, budget_, settings_, model);
        } catch (const UsageError& error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    settings_.chunk.vocabulary_file = (folder_ / "cl100k_none.tiktoken").string();
    EXPECT_THAT(refusal(), HasSubstr("cannot be read"));
    settings_.chunk.vocabulary_file = (folder_ / "meta.json").string();
    EXPECT_THAT(refusal(), HasSubstr("cannot be told from its name"));
    settings_.chunk.vocabulary_rules = "o200k";
    EXPECT_THAT(refusal(), HasSubstr("line 1"));
}

}  // namespace
}  // namespace almagest::work
