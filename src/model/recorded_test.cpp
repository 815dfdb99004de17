#include "model/recorded.h"

#include <gmock/gmock.h>

#include <fstream>

#include "error/error.h"
#include "model/open_model.h"
#include "model/testing/fault_server.h"

namespace almagest::model {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using testing::TemporaryFolder;

ChatRequest question(const std::string& text) {
    ChatRequest request;
    request.messages = {{"user", text}};
    request.schema = {{"type", "object"}};
    return request;
}

/// A server that answers with the question's length, and settings that point to it.
struct Setting {
    Setting() {
        server.server.Post("/v1/chat/completions", [](const httplib::Request& request,
                                                      httplib::Response& response) {
            const auto body = nlohmann::json::parse(request.body);
            const auto size = body["messages"][0]["content"].get<std::string>().size();
            const nlohmann::json answer = {
                {"model", "towers"},
                {"choices",
                 {{{"finish_reason", "stop"}, {"message", {{"content", std::to_string(size)}}}}}},
                {"usage",
                 {{"prompt_tokens", size},
                  {"completion_tokens", 2},
                  {"prompt_tokens_details", {{"cached_tokens", 1}}}}}};
            response.set_content(answer.dump(), "application/json");
        });
        server.start();
        settings.llm.endpoint = server.url();
        settings.llm.model = "towers-1";
        settings.llm.context_window = 5000;
    }
    TemporaryFolder folder;
    LoopbackServer server;
    config::Settings settings;
    config::Places places;
};

TEST(RecordedModel, ReplaysWhatWasRecordedWithUsage) {
    Setting setting;
    const auto folder = (setting.folder.path() / "answers").string();
    {
        const auto recording = open_model(setting.settings, setting.places, "recording:" + folder);
        EXPECT_EQ(recording->name(), "towers-1");
        EXPECT_EQ(recording->complete(question("a tower"), {}).content, "7");
        EXPECT_EQ(recording->complete(question("an oak"), {}).content, "6");
    }
    setting.settings.llm.endpoint = "http://127.0.0.1:1";
    const auto replay = open_model(setting.settings, setting.places, "recorded:" + folder);
    EXPECT_EQ(replay->name(), "recorded:towers-1");
    EXPECT_EQ(replay->context_window(), 5000U);
    EXPECT_EQ(replay->concurrency(), 8U);
    EXPECT_EQ(replay->count_tokens(std::string(10, 'x')), 3U);
    std::size_t tokens = 0;
    const auto answer =
        replay->complete(question("a tower"), {}, [&](std::size_t count) { tokens += count; });
    EXPECT_EQ(answer.content, "7");
    EXPECT_EQ(answer.finish_reason, "stop");
    EXPECT_EQ(answer.model, "towers");
    EXPECT_EQ(answer.usage.prompt_tokens, 7U);
    EXPECT_EQ(answer.usage.cached_tokens, 1U);
    EXPECT_EQ(tokens, 2U);
}

TEST(RecordedModel, AMissingAnswerSaysWhatWasAskedAndHowToRecordIt) {
    Setting setting;
    const auto folder = setting.folder.path().string();
    static_cast<void>(open_model(setting.settings, setting.places, "recording:" + folder));
    RecordedModel replay(folder);
    try {
        static_cast<void>(replay.complete(question("who built the tower?"), {}));
        FAIL();
    } catch (const PermanentError& error) {
        EXPECT_THAT(error.what(),
                    AllOf(HasSubstr("who built the tower?"), HasSubstr("recording:" + folder)));
    }
}

TEST(RecordedModel, RequestsThatDifferInAnythingThatMattersAreOthers) {
    const auto base = question("a");
    auto other = base;
    EXPECT_EQ(canonical_request(base), canonical_request(other));
    other.schema_name = "anything";
    EXPECT_EQ(canonical_request(base), canonical_request(other));
    other.maximum_tokens += 1;
    EXPECT_NE(canonical_request(base), canonical_request(other));
    other = base;
    other.temperature = 0.5;
    EXPECT_NE(canonical_request(base), canonical_request(other));
    other = base;
    other.messages[0].role = "system";
    EXPECT_NE(canonical_request(base), canonical_request(other));
}

TEST(RecordedModel, FoldersWithoutARecordingAndOfAnotherModelAreRefused) {
    Setting setting;
    EXPECT_THROW(RecordedModel(setting.folder.path() / "none"), UsageError);
    const auto folder = "recording:" + setting.folder.path().string();
    static_cast<void>(open_model(setting.settings, setting.places, folder));
    setting.settings.llm.model = "bridges-1";
    EXPECT_THROW(static_cast<void>(open_model(setting.settings, setting.places, folder)),
                 UsageError);
}

TEST(RecordedModel, ADamagedRecordingIsNamed) {
    Setting setting;
    const auto folder = setting.folder.path();
    static_cast<void>(open_model(setting.settings, setting.places, "recording:" + folder.string())
                          ->complete(question("a"), {}));
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().filename() != "meta.json") {
            std::ofstream(entry.path()) << R"({"answer":{}})";
        }
    }
    EXPECT_THROW(static_cast<void>(RecordedModel(folder).complete(question("a"), {})),
                 PermanentError);
}

TEST(RecordedModel, ADelayEndsWhenAskedToStop) {
    Setting setting;
    static_cast<void>(open_model(setting.settings, setting.places,
                                 "recording:" + setting.folder.path().string()));
    RecordedModel replay(setting.folder.path(), std::chrono::hours(1));
    std::stop_source source;
    std::jthread stopper([&] { source.request_stop(); });
    EXPECT_THROW(static_cast<void>(replay.complete(question("a"), source.get_token())), Stopped);
}

TEST(OpenModel, RefusesEndpointsModelsAndKeysThatCannotBe) {
    config::Settings settings;
    const config::Places places;
    settings.llm.endpoint = "ftp://somewhere";
    settings.llm.model = "m";
    EXPECT_THROW(static_cast<void>(open_model(settings, places, std::nullopt)), UsageError);
    settings.llm.endpoint = "http://127.0.0.1:1/v1";
    settings.llm.model = "default";
    EXPECT_THROW(static_cast<void>(open_model(settings, places, std::nullopt)), UsageError);
    settings.llm.api_key_env = "ALMAGEST_TEST_NO_SUCH_KEY";
    EXPECT_THROW(static_cast<void>(open_model(settings, places, "m")), UsageError);
    const TemporaryFolder folder;
    const auto key = folder.path() / "key";
    std::ofstream(key) << "sk-1\n";
    std::filesystem::permissions(key, std::filesystem::perms(0644));
    settings.llm.api_key_env.clear();
    settings.llm.api_key_file = key.string();
    EXPECT_THROW(static_cast<void>(open_model(settings, places, "m")), UsageError);
    std::filesystem::permissions(key, std::filesystem::perms(0600));
    EXPECT_EQ(open_model(settings, places, "m")->name(), "m");
}

}  // namespace
}  // namespace almagest::model
