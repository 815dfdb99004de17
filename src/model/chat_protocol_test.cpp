#include "model/chat_protocol.h"

#include <gmock/gmock.h>

#include "error/error.h"

namespace almagest::model {
namespace {

using nlohmann::json;

ChatRequest question() {
    ChatRequest request;
    request.messages = {{"system", "Answer briefly."}, {"user", "Name a tower."}};
    request.schema = {{"type", "object"}};
    request.maximum_tokens = 50;
    return request;
}

TEST(ChatRequestBody, AsksForTheSchemaAndForUsage) {
    const auto body = json::parse(chat_request_body(question(), {"m", true, false}));
    EXPECT_EQ(body["model"], "m");
    EXPECT_EQ(body["max_tokens"], 50);
    EXPECT_EQ(body["messages"][1]["content"], "Name a tower.");
    EXPECT_EQ(body["response_format"]["json_schema"]["schema"], json({{"type", "object"}}));
    EXPECT_EQ(body["response_format"]["json_schema"]["strict"], true);
    EXPECT_EQ(body["stream_options"]["include_usage"], true);
    EXPECT_FALSE(body.contains("cache_prompt"));
}

TEST(ChatRequestBody, PlainTextHasNoFormatAndLlamaCppIsToldToCache) {
    auto request = question();
    request.schema = nullptr;
    const auto body = json::parse(chat_request_body(request, {"m", false, true}));
    EXPECT_FALSE(body.contains("response_format"));
    EXPECT_FALSE(body.contains("stream_options"));
    EXPECT_EQ(body["cache_prompt"], true);
}

TEST(ChatRequestBody, RefusesTextThatIsNotUtf8) {
    auto request = question();
    request.messages[1].content = "\xFF\xFE";
    EXPECT_THROW(static_cast<void>(chat_request_body(request, {"m", false, false})),
                 PermanentError);
}

TEST(ReadAnswer, TakesContentReasonAndUsage) {
    const auto answer = read_answer(
        "it", "application/json",
        R"({"model":"m","choices":[{"finish_reason":"length","message":{"content":"Oak"}}],
        "usage":{"prompt_tokens":9,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}})");
    EXPECT_EQ(answer.content, "Oak");
    EXPECT_EQ(answer.finish_reason, "length");
    EXPECT_EQ(answer.usage->prompt_tokens, 9U);
    EXPECT_EQ(answer.usage->cached_tokens, 4U);
    EXPECT_EQ(answer.usage->completion_tokens, 3U);
}

TEST(ReadAnswer, OlderLlamaCppTellsCachedTokensInItsTimings) {
    const auto answer =
        read_answer("it", "application/json",
                    R"({"choices":[{"message":{"content":"Oak"}}],"timings":{"cache_n":5},
        "usage":{"prompt_tokens":9,"completion_tokens":3}})");
    EXPECT_EQ(answer.usage->cached_tokens, 5U);
}

TEST(ReadAnswer, EveryTruncatedAnswerIsTransientAndEveryStrangerPermanent) {
    const std::string whole = R"({"choices":[{"message":{"content":"Oak \u00e9"}}]})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_THROW(
            static_cast<void>(read_answer("it", "application/json", whole.substr(0, size))),
            TransientError)
            << size;
    }
    for (const auto* stranger :
         {"hello", "[]", "{}", "null", R"({"choices":[]})", R"({"choices":[{}]})",
          R"({"choices":[{"message":{"content":"\ud800"}}]})",
          "{\"choices\":[{\"message\":{\"content\":\"\xC3\x28\"}}]}", "<html></html>"}) {
        EXPECT_THROW(static_cast<void>(read_answer("it", "text/plain", stranger)), PermanentError)
            << stranger;
    }
}

TEST(StreamedAnswer, JoinsDeltasAndTakesTheLastUsage) {
    StreamedAnswer answer("it", "m", "", 1000);
    EXPECT_EQ(
        answer.add(R"({"model":"m1","choices":[{"delta":{"role":"assistant","content":null}}]})"),
        0U);
    EXPECT_EQ(answer.add(R"({"choices":[{"delta":{"content":"Oa"}}]})"), 1U);
    EXPECT_EQ(answer.add(R"({"choices":[{"delta":{"content":"k"}}]})"), 1U);
    answer.add(R"({"choices":[{"finish_reason":"stop","delta":{}}]})");
    answer.add(R"({"choices":[],"usage":{"prompt_tokens":2,"completion_tokens":2}})");
    answer.add("[DONE]");
    EXPECT_TRUE(answer.done());
    const auto read = answer.take();
    EXPECT_EQ(read.content, "Oak");
    EXPECT_EQ(read.finish_reason, "stop");
    EXPECT_EQ(read.model, "m1");
    EXPECT_EQ(read.usage->completion_tokens, 2U);
}

TEST(StreamedAnswer, AStreamThatBreaksOffIsTransient) {
    StreamedAnswer answer("it", "m", "", 1000);
    answer.add(R"({"choices":[{"delta":{"content":"Oa"}}]})");
    EXPECT_THROW(static_cast<void>(answer.take()), TransientError);
}

TEST(StreamedAnswer, AnErrorInTheStreamKeepsItsKind) {
    StreamedAnswer answer("it", "m", "", 1000);
    EXPECT_THROW(answer.add(R"({"error":{"code":503,"message":"overloaded"}})"), TransientError);
    EXPECT_THROW(answer.add(R"({"error":{"code":400,"message":"prompt too long"}})"),
                 PermanentError);
    EXPECT_THROW(answer.add(R"({"error":"lost"})"), TransientError);
}

TEST(StreamedAnswer, EndlessTextIsRefused) {
    StreamedAnswer answer("it", "m", "", 10);
    EXPECT_EQ(answer.add(R"({"choices":[{"delta":{"content":"0123456789"}}]})"), 1U);
    EXPECT_THROW(answer.add(R"({"choices":[{"delta":{"content":"x"}}]})"), PermanentError);
}

}  // namespace
}  // namespace almagest::model
