#include "model/endpoint_model.h"

#include <gmock/gmock.h>

#include <future>

#include "error/error.h"
#include "model/testing/fault_server.h"

namespace almagest::model {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using ::testing::Not;
using testing::RawServer;

constexpr auto whole_answer =
    R"({"model":"real-name","choices":[{"finish_reason":"stop","message":{"content":"Oak"}}],
    "usage":{"prompt_tokens":9,"completion_tokens":3}})";

config::LlmSettings settings(bool stream = false) {
    config::LlmSettings result;
    result.stream = stream;
    result.connect_timeout = 2s;
    result.first_byte_timeout = 30s;
    result.idle_timeout = 30s;
    result.total_timeout = 60s;
    result.maximum_answer_bytes = 10'000;
    return result;
}

EndpointModel model_at(const std::string& url, const config::LlmSettings& with = settings()) {
    Endpoint endpoint;
    endpoint.title = "the model endpoint " + url;
    endpoint.base_url = url;
    endpoint.api_key = "sk-secret";
    endpoint.model = "tower-1";
    return {std::move(endpoint), with};
}

ChatRequest question() {
    ChatRequest request;
    request.messages = {{"user", "Name a tree."}};
    return request;
}

/// What complete() throws, as its kind and sentence.
template <typename Expected>
std::string error_of(EndpointModel& model, std::stop_token stop = {}) {
    try {
        static_cast<void>(model.complete(question(), std::move(stop)));
    } catch (const Expected& error) {
        return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

void answer_with(LoopbackServer& server, int status, const std::string& body,
                 const std::string& type = "application/json",
                 const httplib::Headers& headers = {}) {
    server.server.Post("/v1/chat/completions",
                       [=](const httplib::Request&, httplib::Response& response) {
                           response.status = status;
                           response.headers = headers;
                           response.set_content(body, type);
                       });
    server.start();
}

TEST(EndpointModel, ReadsAWholeAnswerAndSendsItsKey) {
    LoopbackServer server;
    std::string authorization;
    json asked;
    server.server.Post("/v1/chat/completions",
                       [&](const httplib::Request& request, httplib::Response& response) {
                           authorization = request.get_header_value("Authorization");
                           asked = json::parse(request.body);
                           response.set_content(whole_answer, "application/json");
                       });
    server.start();
    auto model = model_at(server.url());
    std::size_t tokens = 0;
    const auto answer = model.complete(question(), {}, [&](std::size_t count) { tokens += count; });
    EXPECT_EQ(answer.content, "Oak");
    EXPECT_EQ(answer.model, "real-name");
    EXPECT_EQ(answer.finish_reason, "stop");
    EXPECT_EQ(answer.usage.prompt_tokens, 9U);
    EXPECT_FALSE(answer.usage_estimated);
    EXPECT_EQ(tokens, 3U);
    EXPECT_EQ(authorization, "Bearer sk-secret");
    EXPECT_EQ(asked["model"], "tower-1");
}

TEST(EndpointModel, EstimatesUsageThatIsNotReported) {
    LoopbackServer server;
    answer_with(server, 200,
                R"({"choices":[{"finish_reason":"stop","message":{"content":"Oak and ash"}}]})");
    auto model = model_at(server.url());
    const auto answer = model.complete(question(), {});
    EXPECT_TRUE(answer.usage_estimated);
    EXPECT_EQ(answer.usage.completion_tokens, 3U);
    EXPECT_EQ(answer.usage.prompt_tokens, 7U);
}

TEST(EndpointModel, StreamsPiecesAndKeepsTheConnection) {
    LoopbackServer server;
    std::atomic<int> port_of_first{0};
    std::atomic<bool> same_port{true};
    server.server.Post(
        "/v1/chat/completions", [&](const httplib::Request& request, httplib::Response& response) {
            int none = 0;
            if (!port_of_first.compare_exchange_strong(none, request.remote_port)) {
                same_port = port_of_first == request.remote_port;
            }
            response.set_chunked_content_provider(
                "text/event-stream", [](std::size_t, httplib::DataSink& sink) {
                    for (const std::string line :
                         {R"({"choices":[{"delta":{"content":"Oa"}}]})",
                          R"({"choices":[{"delta":{"content":"k"}}]})",
                          R"({"choices":[{"finish_reason":"stop","delta":{}}]})",
                          R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}})",
                          "[DONE]"}) {
                        const auto event = "data: " + line + "\n\n";
                        sink.write(event.data(), event.size());
                    }
                    sink.done();
                    return true;
                });
        });
    server.start();
    auto model = model_at(server.url(), settings(true));
    for (int call = 0; call < 3; ++call) {
        std::size_t pieces = 0;
        const auto answer =
            model.complete(question(), {}, [&](std::size_t count) { pieces += count; });
        EXPECT_EQ(answer.content, "Oak");
        EXPECT_EQ(answer.usage.completion_tokens, 2U);
        EXPECT_EQ(pieces, 2U);
    }
    EXPECT_TRUE(same_port);
}

TEST(EndpointModel, CallsRunAtOnce) {
    LoopbackServer server;
    std::mutex mutex;
    std::condition_variable changed;
    int inside = 0;
    server.server.Post("/v1/chat/completions",
                       [&](const httplib::Request&, httplib::Response& response) {
                           std::unique_lock lock(mutex);
                           ++inside;
                           changed.notify_all();
                           EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return inside >= 4; }));
                           response.set_content(whole_answer, "application/json");
                       });
    server.start();
    auto model = model_at(server.url());
    std::vector<std::future<ChatAnswer>> calls;
    calls.reserve(4);
    for (int call = 0; call < 4; ++call) {
        calls.push_back(
            std::async(std::launch::async, [&] { return model.complete(question(), {}); }));
    }
    for (auto& call : calls) {
        EXPECT_EQ(call.get().content, "Oak");
    }
}

TEST(EndpointModel, AnEndpointThatIsDownIsUnusableAndNamed) {
    std::string url;
    {
        LoopbackServer server;
        server.start();
        url = server.url();
    }
    auto model = model_at(url);
    EXPECT_THAT(error_of<EndpointUnusable>(model),
                AllOf(HasSubstr(url), HasSubstr("cannot be reached")));
}

TEST(EndpointModel, RefusedKeysAreNamedButNeverShown) {
    for (const int status : {401, 403}) {
        LoopbackServer server;
        answer_with(server, status,
                    R"({"error":{"message":"Incorrect API key provided: sk-secret"}})");
        auto model = model_at(server.url());
        EXPECT_THAT(error_of<EndpointUnusable>(model),
                    AllOf(HasSubstr("llm.api_key_env"), HasSubstr(std::to_string(status)),
                          Not(HasSubstr("sk-secret"))));
    }
}

TEST(EndpointModel, AnUnknownModelMakesItUnusableAndIsNamed) {
    LoopbackServer server;
    answer_with(server, 404, R"({"error":{"message":"not here"}})");
    auto model = model_at(server.url());
    EXPECT_THAT(error_of<EndpointUnusable>(model),
                AllOf(HasSubstr("tower-1"), HasSubstr("llm.model")));
}

TEST(EndpointModel, RateLimitsCarryRetryAfter) {
    LoopbackServer server;
    answer_with(server, 429, "{}", "application/json", {{"Retry-After", "12"}});
    auto model = model_at(server.url());
    try {
        static_cast<void>(model.complete(question(), {}));
        FAIL();
    } catch (const TransientError& error) {
        EXPECT_EQ(error.retry_after(), 12'000ms);
        EXPECT_THAT(error.what(), HasSubstr("rate limit"));
    }
}

TEST(EndpointModel, ServerErrorsAreTransientAndOtherRefusalsPermanent) {
    for (const int status : {408, 500, 502, 503}) {
        LoopbackServer server;
        answer_with(server, status, "<html>oops</html>", "text/html");
        auto model = model_at(server.url());
        EXPECT_THAT(error_of<TransientError>(model), HasSubstr(std::to_string(status)));
    }
    for (const int status : {400, 413, 422, 301}) {
        LoopbackServer server;
        answer_with(server, status, R"({"error":{"message":"the prompt is too long"}})");
        auto model = model_at(server.url());
        EXPECT_THAT(error_of<PermanentError>(model), HasSubstr(std::to_string(status)));
    }
}

TEST(EndpointModel, HtmlInsteadOfJsonIsPermanent) {
    LoopbackServer server;
    answer_with(server, 200, "<!doctype html><title>Welcome</title>", "text/html");
    auto model = model_at(server.url());
    EXPECT_THAT(error_of<PermanentError>(model), HasSubstr("HTML"));
}

TEST(EndpointModel, AnAnswerThatIsNotUtf8IsPermanent) {
    LoopbackServer server;
    answer_with(server, 200, "{\"choices\":[{\"message\":{\"content\":\"\xFF\xFE\"}}]}");
    auto model = model_at(server.url());
    EXPECT_THAT(error_of<PermanentError>(model), HasSubstr("UTF-8"));
}

TEST(EndpointModel, EndlessTokensAreCutOff) {
    for (const bool stream : {false, true}) {
        LoopbackServer server;
        server.server.Post(
            "/v1/chat/completions", [&](const httplib::Request&, httplib::Response& response) {
                response.set_chunked_content_provider(
                    stream ? "text/event-stream" : "application/json",
                    [](std::size_t, httplib::DataSink& sink) {
                        const std::string event =
                            "data: {\"choices\":[{\"delta\":{\"content\":\"and so on \"}}]}\n\n";
                        return sink.write(event.data(), event.size());
                    });
            });
        server.start();
        auto model = model_at(server.url(), settings(stream));
        EXPECT_THAT(error_of<PermanentError>(model), HasSubstr("llm.maximum_answer_bytes"));
    }
}

TEST(EndpointModel, HalfABodyIsTransient) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    for (const auto& bytes : {head + "Content-Length: 900\r\n\r\n{\"choices\":[{\"message\"",
                              head + "\r\n{\"choices\":[{\"message\"",
                              head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"cho",
                              std::string("HTTP/1.1 200 OK\r\nConte"), std::string()}) {
        RawServer server(bytes, RawServer::Then::close);
        auto model = model_at(server.url());
        EXPECT_THAT(error_of<TransientError>(model), HasSubstr(server.url())) << bytes;
    }
}

TEST(EndpointModel, AStreamThatEndsEarlyIsTransient) {
    RawServer server(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: "
        "{\"choices\":[{\"delta\":{\"content\":\"Oa\"}}]}\n\n",
        RawServer::Then::close);
    auto model = model_at(server.url(), settings(true));
    EXPECT_THAT(error_of<TransientError>(model), HasSubstr("middle of an answer"));
}

TEST(EndpointModel, WhatIsNotHttpIsPermanent) {
    RawServer server("SSH-2.0-OpenSSH_9.2\r\n", RawServer::Then::close);
    auto model = model_at(server.url());
    EXPECT_THAT(error_of<PermanentError>(model), HasSubstr("does not speak HTTP"));
}

TEST(EndpointModel, SilenceEndsByTheLimitThatItBreaks) {
    auto impatient = settings(true);
    impatient.first_byte_timeout = 100ms;
    {
        RawServer server("", RawServer::Then::keep_silent);
        auto model = model_at(server.url(), impatient);
        EXPECT_THAT(error_of<TransientError>(model), HasSubstr("llm.first_byte_timeout"));
    }
    impatient = settings(true);
    impatient.idle_timeout = 100ms;
    {
        RawServer server("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: wait\n\n",
                         RawServer::Then::keep_silent);
        auto model = model_at(server.url(), impatient);
        EXPECT_THAT(error_of<TransientError>(model), HasSubstr("llm.idle_timeout"));
    }
    impatient = settings(true);
    impatient.total_timeout = 100ms;
    {
        RawServer server("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
                         RawServer::Then::keep_silent);
        auto model = model_at(server.url(), impatient);
        EXPECT_THAT(error_of<TransientError>(model), HasSubstr("llm.total_timeout"));
    }
}

TEST(EndpointModel, StoppingAbortsACallThatWaits) {
    RawServer server("", RawServer::Then::keep_silent);
    auto model = model_at(server.url());
    std::stop_source source;
    auto call = std::async(std::launch::async,
                           [&] { return model.complete(question(), source.get_token()); });
    server.wait_until_answered();
    source.request_stop();
    EXPECT_THROW(call.get(), Stopped);
    EXPECT_THROW(static_cast<void>(model.complete(question(), source.get_token())), Stopped);
}

TEST(EndpointModel, TheStreamsEndNeedNoClosedConnection) {
    RawServer server(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: "
        "{\"choices\":[{\"delta\":{\"content\":\"Oak\"}}]}\n\n"
        "data: [DONE]\n\n",
        RawServer::Then::keep_silent);
    auto model = model_at(server.url(), settings(true));
    EXPECT_EQ(model.complete(question(), {}).content, "Oak");
}

TEST(EndpointModel, WindowComesFromPropsThenModelsThenAnAssumption) {
    LoopbackServer server;
    std::string props = R"({"default_generation_settings":{"n_ctx":4096}})";
    std::string models =
        R"({"data":[{"id":"other","max_model_len":7},{"id":"tower-1","max_model_len":32768}]})";
    server.server.Get("/props", [&](const httplib::Request&, httplib::Response& response) {
        response.status = props.empty() ? 404 : 200;
        response.set_content(props, "application/json");
    });
    server.server.Get("/v1/models", [&](const httplib::Request&, httplib::Response& response) {
        response.set_content(models, "application/json");
    });
    server.start();
    EXPECT_EQ(model_at(server.url()).context_window(), 4096U);
    props.clear();
    EXPECT_EQ(model_at(server.url()).context_window(), 32768U);
    models = "[]";
    EXPECT_EQ(model_at(server.url()).context_window(), 8192U);
    auto configured = settings();
    configured.context_window = 1234;
    EXPECT_EQ(model_at("http://127.0.0.1:1/v1", configured).context_window(), 1234U);
}

TEST(EndpointModel, TokensAreCountedByLlamaCppOnceForEachText) {
    LoopbackServer server;
    std::atomic<int> asked{0};
    server.server.Get("/props", [](const httplib::Request&, httplib::Response& response) {
        response.set_content(R"({"default_generation_settings":{"n_ctx":4096}})",
                             "application/json");
    });
    server.server.Post("/tokenize", [&](const httplib::Request&, httplib::Response& response) {
        ++asked;
        response.set_content(R"({"tokens":[1,2,3]})", "application/json");
    });
    server.start();
    auto model = model_at(server.url());
    EXPECT_EQ(model.count_tokens("a long oak"), 3U);
    EXPECT_EQ(model.count_tokens("a long oak"), 3U);
    EXPECT_EQ(model.count_tokens(""), 0U);
    EXPECT_EQ(model.estimated_characters_per_token(), std::nullopt);
    EXPECT_EQ(asked, 1);
}

TEST(EndpointModel, EstimatesFollowTheUsageThatAnswersReport) {
    LoopbackServer server;
    answer_with(server, 200,
                R"({"choices":[{"finish_reason":"stop","message":{"content":"Oak"}}],
        "usage":{"prompt_tokens":1004,"completion_tokens":3}})");
    auto model = model_at(server.url());
    EXPECT_EQ(model.count_tokens(std::string(100, 'x')), 25U);
    auto request = question();
    request.messages[0].content = std::string(2000, 'x');
    EXPECT_EQ(model.estimated_characters_per_token(), 4.0);
    static_cast<void>(model.complete(request, {}));
    EXPECT_EQ(model.count_tokens(std::string(100, 'x')), 50U);
    EXPECT_EQ(model.estimated_characters_per_token(), 2.0);
}

TEST(EndpointModel, EstimatesBeginWithTheUsageOfEarlierCalls) {
    LoopbackServer server;
    answer_with(server, 200, "{}");
    auto model = model_at(server.url());
    model.remember_usage(3000, 1000);
    EXPECT_EQ(model.count_tokens(std::string(300, 'x')), 100U);
}

}  // namespace
}  // namespace almagest::model
