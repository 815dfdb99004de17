// Against a real llama.cpp server with the small model that scripts/fetch-model.sh fetches.

#include "model/local_server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include "error/error.h"
#include "model/open_model.h"
#include "model/server_files.h"
#include "model/server_program.h"
#include "model/testing/fault_server.h"
#include "system/file_lock.h"

namespace almagest::model {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

/// Waits for a condition; false when it has not come about in a time that only a fault needs.
bool comes_about(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 90s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

bool is_alive(std::int64_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string number;
    std::string name;
    std::string state;
    return status >> number >> name >> state && state != "Z" && state != "X";
}

fs::path cache_folder() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    return (cache != nullptr && *cache != '\0'
                ? fs::path(cache)
                : fs::path(home != nullptr ? home : "/") / ".cache") /
           "almagest";
}

class LocalServerTest : public ::testing::Test {
  protected:
    LocalServerTest() {
        places = {folder.path(), ALMAGEST_SOURCE_DIR, cache_folder()};
        settings.llm.endpoint = "local";
        settings.llm.model = "small";
        settings.llm.server_slots = 2;
        settings.llm.server_threads = 1;  // two would wait for one another on a busy machine
        settings.llm.server_context = 2048;
    }
    void SetUp() override {
        try {
            static_cast<void>(find_server_program(settings.llm, places));
            static_cast<void>(find_model(settings.llm, places));
        } catch (const UsageError& error) {
            GTEST_SKIP() << "the real server is not there: " << error.what();
        }
    }
    void TearDown() override {
        // No test may leave a server behind; the last user is gone by now.
        EXPECT_TRUE(comes_about([this] { return !model_status(places).running; }));
        ::testing::Test::TearDown();
    }
    [[nodiscard]] std::unique_ptr<ChatModel> open() const {
        return open_model(settings, places, std::nullopt, supervisor);
    }
    [[nodiscard]] std::int64_t server_pid() const { return model_status(places).state->pid; }

    TemporaryFolder folder;
    config::Settings settings;
    config::Places places;
    SupervisorCommand supervisor{ALMAGEST_SERVER_USER, {"supervise"}};
};

ChatRequest colour_question() {
    ChatRequest request;
    request.messages = {{"system", "You answer with JSON."},
                        {"user", "Which colour has a ripe lemon?"}};
    request.schema = {
        {"type", "object"},
        {"properties", {{"colour", {{"type", "string"}, {"enum", {"red", "yellow", "blue"}}}}}},
        {"required", {"colour"}},
        {"additionalProperties", false}};
    request.maximum_tokens = 40;
    return request;
}

TEST_F(LocalServerTest, AnswersByTheSchemaStreamedOrNot) {
    settings.llm.stream = true;
    const auto streaming = open();
    settings.llm.stream = false;
    const auto whole = open();
    EXPECT_EQ(streaming->name(), "smollm2-135m-instruct-q4_1");
    EXPECT_EQ(streaming->context_window(), 1024U);
    EXPECT_EQ(streaming->concurrency(), 2U);
    EXPECT_GT(streaming->count_tokens("Which colour has a ripe lemon?"), 3U);

    std::size_t tokens = 0;
    const auto first =
        streaming->complete(colour_question(), {}, [&](std::size_t count) { tokens += count; });
    const auto second = whole->complete(colour_question(), {});
    EXPECT_EQ(first.content, second.content);
    EXPECT_THAT(
        (std::vector<std::string>{"red", "yellow", "blue"}),
        ::testing::Contains(nlohmann::json::parse(first.content).at("colour").get<std::string>()));
    EXPECT_EQ(first.finish_reason, "stop");
    EXPECT_GT(first.usage.prompt_tokens, 10U);
    EXPECT_GT(first.usage.completion_tokens, 2U);
    EXPECT_GT(tokens, 2U);
    EXPECT_FALSE(first.usage_estimated);
    EXPECT_GT(second.usage.cached_tokens, 0U);
}

TEST_F(LocalServerTest, ASystemMessageIsReadOnceForAllSlots) {
    settings.llm.server_slots = 3;
    settings.llm.server_context = 3072;
    const auto model = open();
    auto request = colour_question();
    for (int line = 1; line <= 30; ++line)
        request.messages.front().content += "\nRule " + std::to_string(line) + ": be brief.";
    const auto prefix = model->count_tokens(request.messages.front().content);

    std::vector<Usage> usages(3);
    {
        std::vector<std::jthread> callers;
        for (std::size_t i = 0; i < usages.size(); ++i)
            callers.emplace_back([&, i] {
                auto own = request;
                own.messages.back().content += " Question " + std::to_string(i) + ".";
                usages[i] = model->complete(own, {}).usage;
            });
    }
    const auto with_it = std::count_if(usages.begin(), usages.end(), [&](const Usage& usage) {
        return usage.cached_tokens >= prefix;
    });
    EXPECT_EQ(with_it, 2) << "one of them has read it and pays for it";
    EXPECT_TRUE(std::filesystem::is_empty(ServerFiles{places.server()}.slots()));
}

TEST_F(LocalServerTest, StoppingACallEndsItAndTheServerGoesOn) {
    const auto model = open();
    auto request = colour_question();
    request.schema = nullptr;
    request.messages.back().content = "Tell a very long story.";
    request.maximum_tokens = 900;
    std::stop_source source;
    EXPECT_THROW(static_cast<void>(model->complete(request, source.get_token(),
                                                   [&](std::size_t) { source.request_stop(); })),
                 Stopped);
    EXPECT_FALSE(model->complete(colour_question(), {}).content.empty());
}

TEST_F(LocalServerTest, AKilledServerComesBack) {
    const auto model = open();
    const auto killed = server_pid();
    ASSERT_EQ(::kill(static_cast<pid_t>(killed), SIGKILL), 0);
    EXPECT_TRUE(comes_about([&] {
        try {
            return !model->complete(colour_question(), {}).content.empty();
        } catch (const TransientError&) {
            return false;
        }
    }));
    EXPECT_NE(server_pid(), killed);
    EXPECT_EQ(model_status(places).state->restarts, 1U);
}

TEST_F(LocalServerTest, AKilledSupervisorTakesItsServerAlongAndBothComeBack) {
    const auto model = open();
    const auto status = model_status(places);
    ASSERT_EQ(::kill(static_cast<pid_t>(status.state->supervisor_pid), SIGKILL), 0);
    EXPECT_TRUE(comes_about([&] { return !is_alive(status.state->pid); }));
    EXPECT_TRUE(comes_about([&] {
        try {
            return !model->complete(colour_question(), {}).content.empty();
        } catch (const TransientError&) {
            return false;
        }
    }));
    EXPECT_NE(model_status(places).state->supervisor_pid, status.state->supervisor_pid);
}

TEST_F(LocalServerTest, TheServerEndsWithItsLastUser) {
    auto first = open();
    auto second = open();
    const auto pid = server_pid();
    first.reset();
    EXPECT_FALSE(second->complete(colour_question(), {}).content.empty());
    EXPECT_EQ(server_pid(), pid);
    EXPECT_TRUE(model_status(places).in_use);
    EXPECT_THROW(static_cast<void>(stop_server(places)), UsageError);
    second.reset();
    EXPECT_TRUE(comes_about([&] { return !is_alive(pid); }));
    EXPECT_TRUE(comes_about([&] { return !model_status(places).running; }));
    EXPECT_FALSE(stop_server(places));
}

TEST_F(LocalServerTest, ALingeringServerIsSharedStoppedAndReplaced) {
    settings.llm.server_linger = 1h;
    open().reset();
    const auto pid = server_pid();
    open().reset();
    EXPECT_EQ(server_pid(), pid) << "an unused server of the same settings is taken up again";
    settings.llm.server_slots = 1;
    open().reset();
    EXPECT_FALSE(is_alive(pid)) << "an unused server of other settings is replaced";
    EXPECT_EQ(model_status(places).state->slots, 1U);
    EXPECT_TRUE(stop_server(places));
    EXPECT_FALSE(model_status(places).running);
}

TEST_F(LocalServerTest, AnotherServerInUseIsAUsageError) {
    const auto model = open();
    settings.llm.server_slots = 1;
    try {
        static_cast<void>(open());
        FAIL();
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), HasSubstr("1 slots instead of 2"));
    }
    EXPECT_FALSE(model->complete(colour_question(), {}).content.empty());
}

/// Another program that uses the server, through pipes.
class OtherProgram {
  public:
    explicit OtherProgram(const config::Places& places) {
        int in[2];
        int out[2];
        if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
            throw std::runtime_error("no pipes");
        }
        const auto home = places.home.string();
        const auto share = places.share.string();
        const auto cache = places.cache.string();
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            ::execl(ALMAGEST_SERVER_USER, ALMAGEST_SERVER_USER, "hold", home.c_str(), share.c_str(),
                    cache.c_str(), "small", nullptr);
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        to_ = system::Descriptor(in[1]);
        from_ = system::Descriptor(out[0]);
    }
    ~OtherProgram() {
        to_.reset();
        wait();
    }
    OtherProgram(const OtherProgram&) = delete;
    OtherProgram& operator=(const OtherProgram&) = delete;

    [[nodiscard]] std::int64_t server_pid() const {
        std::string line;
        char c = 0;
        while (::read(from_.get(), &c, 1) == 1 && c != '\n') {
            line += c;
        }
        return line.empty() ? 0 : std::stoll(line);
    }
    void kill() {
        ::kill(pid_, SIGKILL);
        wait();
    }

  private:
    void wait() {
        if (pid_ > 0) {
            ::waitpid(pid_, nullptr, 0);
            pid_ = -1;
        }
    }
    pid_t pid_ = -1;
    system::Descriptor to_;
    system::Descriptor from_;
};

TEST_F(LocalServerTest, ProgramsStartedAtOnceShareOneServer) {
    OtherProgram first(places);
    OtherProgram second(places);
    const auto model = open();
    const auto pid = server_pid();
    EXPECT_GT(pid, 0);
    EXPECT_EQ(first.server_pid(), pid);
    EXPECT_EQ(second.server_pid(), pid);
}

TEST_F(LocalServerTest, AKilledProgramLeavesNoServerBehind) {
    OtherProgram other(places);
    const auto pid = other.server_pid();
    ASSERT_TRUE(is_alive(pid));
    other.kill();
    EXPECT_TRUE(comes_about([&] { return !is_alive(pid); }));
}

TEST_F(LocalServerTest, AServerThatCannotStartTellsTheEndOfItsLog) {
    const auto program = folder.path() / "broken-server";
    std::ofstream(program) << "#!/bin/sh\necho 'no such instruction set' >&2\nexit 3\n";
    fs::permissions(program, fs::perms(0700));
    settings.llm.server_program = program.string();
    try {
        static_cast<void>(open());
        FAIL();
    } catch (const TransientError& error) {
        EXPECT_THAT(error.what(),
                    ::testing::AllOf(HasSubstr("status 3"), HasSubstr("no such instruction set")));
    }
}

TEST_F(LocalServerTest, AServerThatNeverComesBackMakesTheModelUnusable) {
    const auto program = folder.path() / "server-for-one-start";
    std::string real;
    for (const auto& word : find_server_program(settings.llm, places)) {
        real += " '" + word + "'";
    }
    std::ofstream(program) << "#!/bin/sh\n[ -e " << (folder.path() / "started").string()
                           << " ] && exit 3\ntouch " << (folder.path() / "started").string()
                           << "\nexec" << real << " \"$@\"\n";
    fs::permissions(program, fs::perms(0700));
    settings.llm.server_program = program.string();
    const auto model = open();
    const auto killed = server_pid();
    ASSERT_EQ(::kill(static_cast<pid_t>(killed), SIGKILL), 0);
    std::string sentence;
    EXPECT_TRUE(comes_about([&] {
        try {
            return !model->complete(colour_question(), {}).content.empty();
        } catch (const TransientError&) {  // the dying server still took the connection
            return false;
        } catch (const EndpointUnusable& error) {
            sentence = error.what();
            return true;
        }
    }));
    EXPECT_THAT(sentence, HasSubstr("status 3"));
}

TEST_F(LocalServerTest, ASupervisorThatCannotStartIsReported) {
    supervisor.program = folder.path() / "none";
    try {
        static_cast<void>(open());
        FAIL();
    } catch (const TransientError& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot be executed"));
    }
}

TEST_F(LocalServerTest, KeyAndFolderAreForTheUserAlone) {
    const auto model = open();
    const auto mode = [](const fs::path& file) { return fs::status(file).permissions(); };
    EXPECT_EQ(mode(places.server() / "api.key"), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(mode(places.server()), fs::perms::owner_all);
}

TEST(ServerProgram, AConfiguredProgramMustBeOne) {
    config::LlmSettings settings;
    settings.server_program = "/no/such/llama-server";
    EXPECT_THROW(static_cast<void>(find_server_program(settings, {})), UsageError);
}

}  // namespace
}  // namespace almagest::model
