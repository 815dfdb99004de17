#include "work/cached_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>
#include <vector>

#include "error/error.h"
#include "store/temporary_home.h"
#include "work/work_metrics.h"

namespace almagest::work {
namespace {

using testing::HasSubstr;

/// Counts how often it is asked, and answers as it is told.
class CountedModel final : public model::ChatModel {
  public:
    CountedModel(std::string name, int& calls, model::ChatAnswer answer)
        : name_(std::move(name)), calls_(&calls), answer_(std::move(answer)) {}
    [[nodiscard]] model::ChatAnswer complete(const model::ChatRequest&, std::stop_token,
                                             const std::function<void(std::size_t)>&) override {
        ++*calls_;
        if (answer_.finish_reason == "error") throw TransientError("it failed");
        return answer_;
    }
    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] std::size_t context_window() override { return 1000; }
    [[nodiscard]] std::size_t count_tokens(std::string_view utf8) override { return utf8.size(); }
    [[nodiscard]] unsigned concurrency() const override { return 3; }

  private:
    std::string name_;
    int* calls_;
    model::ChatAnswer answer_;
};

model::ChatRequest question(const std::string& text) {
    model::ChatRequest request;
    request.messages = {{"system", "Answer."}, {"user", text}};
    request.schema = nlohmann::ordered_json::parse(
        R"({"type": "object", "required": ["a"], "additionalProperties": false,
            "properties": {"a": {"type": "integer"}}})");
    return request;
}

model::ChatAnswer answer(const std::string& content, const std::string& finish_reason = "stop") {
    model::ChatAnswer made;
    made.content = content;
    made.finish_reason = finish_reason;
    made.model = "as the endpoint names it";
    made.usage = {100, 25, 7};
    made.duration = std::chrono::milliseconds(1234);
    return made;
}

class AnswersThatAreKept : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        home_ = std::make_unique<store::TemporaryHome>();
        database_.emplace(store::Database::open(config::Settings{}, home_->places(), std::nullopt));
    }
    static void TearDownTestSuite() {
        database_.reset();
        home_.reset();
    }
    [[nodiscard]] CachedModel model(const model::ChatAnswer& answered,
                                    const std::string& name = "m",
                                    const std::string& endpoint = "https://e/v1") {
        return {std::make_unique<CountedModel>(name, calls_, answered), *database_,
                CachedModel::Options{endpoint, 30, &metrics_}};
    }

    static inline std::unique_ptr<store::TemporaryHome> home_;
    static inline std::optional<store::Database> database_;
    int calls_ = 0;
    WorkMetrics metrics_;
};

TEST_F(AnswersThatAreKept, AreGivenAgainWithoutACall) {
    auto asked = model(answer(R"({"a": 1})"));
    const auto first = asked.complete(question("hits"), {});
    EXPECT_FALSE(first.from_cache);
    EXPECT_EQ(first.usage.cached_tokens, 25U);
    const auto again = asked.complete(question("hits"), {});
    EXPECT_EQ(calls_, 1);
    EXPECT_TRUE(again.from_cache);
    EXPECT_FALSE(first.kept_under.empty());
    EXPECT_EQ(again.kept_under, first.kept_under);
    EXPECT_EQ(again.content, R"({"a": 1})");
    EXPECT_EQ(again.finish_reason, "stop");
    EXPECT_EQ(again.model, "as the endpoint names it");
    EXPECT_EQ(again.usage.prompt_tokens, 100U);
    EXPECT_EQ(again.usage.cached_tokens, 100U);
    EXPECT_EQ(again.usage.completion_tokens, 7U);
    auto of_another_process = model(answer(R"({"a": 2})"));
    EXPECT_EQ(of_another_process.complete(question("hits"), {}).content, R"({"a": 1})");
    EXPECT_EQ(calls_, 1);
    EXPECT_THAT(metrics_.text(), HasSubstr("almagest_cached_answers_total{model=\"m\"} 2\n"));
}

TEST_F(AnswersThatAreKept, AreNotGivenToWhoAsksAnewAndAreReplacedByTheNewOne) {
    EXPECT_EQ(model(answer(R"({"a": 1})")).complete(question("anew"), {}).content, R"({"a": 1})");
    auto asked = model(answer(R"({"a": 2})"));
    auto anew = question("anew");
    anew.anew = true;
    EXPECT_EQ(asked.complete(anew, {}).content, R"({"a": 2})");
    EXPECT_EQ(calls_, 2);
    EXPECT_EQ(asked.complete(question("anew"), {}).content, R"({"a": 2})");
    EXPECT_EQ(calls_, 2);
}

TEST_F(AnswersThatAreKept, BelongToOneQuestionWithAllItsParameters) {
    const auto key = CachedModel::key_of("m", "e", question("q"));
    EXPECT_EQ(key, CachedModel::key_of("m", "e", question("q")));
    EXPECT_NE(key, CachedModel::key_of("other", "e", question("q")));
    EXPECT_NE(key, CachedModel::key_of("m", "other", question("q")));
    EXPECT_NE(key, CachedModel::key_of("me", "", question("q")));
    const std::vector<std::function<void(model::ChatRequest&)>> changes = {
        [](auto& request) { request.messages[1].content += " "; },
        [](auto& request) { request.messages[0].role = "user"; },
        [](auto& request) { request.messages.pop_back(); },
        [](auto& request) {
            request.schema["properties"]["b"] = {{"type", "string"}};
        },
        [](auto& request) { request.schema = nullptr; },
        [](auto& request) { request.schema_name = "other"; },
        [](auto& request) { request.maximum_tokens += 1; },
        [](auto& request) { request.temperature += 0.2; }};
    for (std::size_t i = 0; i < changes.size(); ++i) {
        auto changed = question("q");
        changes[i](changed);
        EXPECT_NE(key, CachedModel::key_of("m", "e", changed)) << i;
    }
}

TEST_F(AnswersThatAreKept, AreNeverTruncatedFailedOrUnlawfulOnes) {
    for (const auto& [content, finish_reason] :
         std::vector<std::pair<std::string, std::string>>{{R"({"a": 1})", "length"},
                                                          {R"({"a": 1})", ""},
                                                          {R"({"a": 1})", "content_filter"},
                                                          {R"({"a": 1)", "stop"},
                                                          {R"({"a": "one"})", "stop"},
                                                          {R"({"a": 1, "b": 2})", "stop"},
                                                          {"sorry", "stop"},
                                                          {"", "stop"},
                                                          {R"({"a": 1})", "error"}}) {
        calls_ = 0;
        auto asked = model(answer(content, finish_reason));
        for (int i = 0; i < 2; ++i) {
            try {
                EXPECT_FALSE(asked.complete(question("never"), {}).from_cache);
            } catch (const TransientError&) {
            }
        }
        EXPECT_EQ(calls_, 2) << content << " " << finish_reason;
    }
}

TEST_F(AnswersThatAreKept, CannotHoldAZeroByteAndTheModelIsAskedAgain) {
    auto free_text = question("zero");
    free_text.schema = nullptr;
    auto asked = model(answer(std::string("a\0b", 3)));
    EXPECT_EQ(asked.complete(free_text, {}).content.size(), 3U);
    EXPECT_EQ(asked.complete(free_text, {}).content.size(), 3U);
    EXPECT_EQ(calls_, 2);
}

TEST_F(AnswersThatAreKept, CostAStopNothing) {
    auto asked = model(answer(R"({"a": 1})"));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW((void)asked.complete(question("stopped"), stop.get_token()), Stopped);
    EXPECT_EQ(calls_, 0);
}

TEST_F(AnswersThatAreKept, AreFoundByManyThreadsAtOnce) {
    auto asked = model(answer(R"({"a": 1})"));
    (void)asked.complete(question("threads"), {});
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&asked] {
            for (int i = 0; i < 20; ++i)
                EXPECT_TRUE(asked.complete(question("threads"), {}).from_cache);
        });
    }
    threads.clear();
    EXPECT_EQ(calls_, 1);
}

TEST_F(AnswersThatAreKept, AreNotNeededWhenTheDatabaseIsDown) {
    const store::TemporaryHome home;
    const auto database = store::Database::open(config::Settings{}, home.places(), std::nullopt);
    CachedModel asked(std::make_unique<CountedModel>("m", calls_, answer(R"({"a": 1})")), database,
                      {});
    (void)asked.complete(question("down"), {});
    home.cluster().stop();
    EXPECT_EQ(asked.complete(question("down"), {}).content, R"({"a": 1})");
    EXPECT_EQ(calls_, 2);
}

}  // namespace
}  // namespace almagest::work
