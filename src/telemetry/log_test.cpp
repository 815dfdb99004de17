#include "telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "error/error.h"

namespace almagest::telemetry {
namespace {

class Log : public testing::Test {
  public:
    ~Log() override { std::filesystem::remove_all(folder_); }

  protected:
    Log() {
        std::string pattern = (std::filesystem::temp_directory_path() / "log-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        open_log(folder_ / "logs", Level::info);
    }

    [[nodiscard]] std::vector<nlohmann::json> lines() const {
        std::vector<nlohmann::json> read;
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "logs")) {
            if (entry.path().extension() != ".jsonl") continue;  // the lock
            std::ifstream file(entry.path());
            for (std::string line; std::getline(file, line);) {
                read.push_back(nlohmann::json::parse(line));
            }
        }
        return read;
    }
    std::filesystem::path folder_;
};

TEST_F(Log, WritesOneJsonObjectALine) {
    log(Level::info, "a \"quoted\"\nmessage {}",
        {.correlation_id = "c", .job_id = "7", .run_id = "r", .worker_id = "w"},
        {{"duration_ms", 12}});
    log(Level::error, "short");
    const auto read = lines();
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0]["level"], "info");
    EXPECT_EQ(read[0]["message"], "a \"quoted\"\nmessage {}");
    EXPECT_EQ(read[0]["correlation_id"], "c");
    EXPECT_EQ(read[0]["job_id"], "7");
    EXPECT_EQ(read[0]["run_id"], "r");
    EXPECT_EQ(read[0]["worker_id"], "w");
    EXPECT_EQ(read[0]["duration_ms"], 12);
    EXPECT_TRUE(std::regex_match(read[0]["timestamp"].get<std::string>(),
                                 std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
    EXPECT_EQ(read[1].size(), 3U) << read[1];
}

TEST_F(Log, LeavesOutWhatIsBelowTheLevel) {
    log(Level::debug, "quiet");
    EXPECT_TRUE(lines().empty());
    open_log(folder_ / "logs", Level::error);
    log(Level::warning, "quiet");
    log(Level::error, "loud");
    EXPECT_EQ(lines().size(), 1U);
}

TEST_F(Log, ReplacesBytesThatAreNotUtf8) {
    log(Level::info, "caf\xE9",
        {.correlation_id = "\xFF", .job_id = {}, .run_id = {}, .worker_id = {}},
        {{"k\xC3", "\xED\xA0\x80"}, {"number", std::nan("")}});
    const auto read = lines();
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0]["message"], "caf\uFFFD");
    EXPECT_EQ(read[0]["correlation_id"], "\uFFFD");
    EXPECT_TRUE(read[0]["number"].is_null());
}

TEST_F(Log, AFieldDoesNotHideTheLinesOwnMembers) {
    log(Level::info, "mine", {}, {{"message", "other"}});
    log(Level::info, "list", {}, nlohmann::json::array({1, 2}));
    const auto read = lines();
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0]["message"], "mine");
    EXPECT_EQ(read[0]["message_"], "other");
    EXPECT_EQ(read[1]["fields"].size(), 2U);
}

TEST_F(Log, KeepsLinesWholeUnderManyThreads) {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([thread] {
            for (int i = 0; i < 200; ++i) {
                log(Level::info, std::string(static_cast<std::size_t>(i) * 20, 'x'), {},
                    {{"thread", thread}, {"number", i}});
            }
        });
    }
    threads.clear();
    std::set<std::pair<int, int>> seen;
    for (const auto& line : lines()) seen.emplace(line["thread"], line["number"]);
    EXPECT_EQ(seen.size(), 1600U);
}

TEST_F(Log, ShowsNoSecretInAnyMember) {
    never_log("sk-\"quoted\"\\key");
    never_log("abc");  // too short to be told from text
    log(Level::error, "the key sk-\"quoted\"\\key and again sk-\"quoted\"\\key, abc",
        {.correlation_id = "sk-\"quoted\"\\key", .job_id = {}, .run_id = {}, .worker_id = {}},
        {{"url", {{"nested", "Bearer sk-\"quoted\"\\key"}}}, {"sk-\"quoted\"\\key", 1}});
    const auto read = lines();
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0]["message"], "the key *** and again ***, abc");
    EXPECT_EQ(read[0]["correlation_id"], "***");
    EXPECT_EQ(read[0]["url"]["nested"], "Bearer ***");
    EXPECT_EQ(read[0]["***"], 1);
}

TEST_F(Log, AFolderThatCannotBeMadeWarnsOnceAndDropsLines) {
    std::ofstream(folder_ / "file") << "in the way";
    testing::internal::CaptureStderr();
    open_log(folder_ / "file" / "logs", Level::info);
    log(Level::info, "dropped");
    open_log(folder_ / "file" / "logs", Level::info);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, testing::StartsWith("almagest: the log cannot be written: "));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

TEST(LogLevel, IsReadFromItsName) {
    EXPECT_EQ(level_from("debug"), Level::debug);
    EXPECT_EQ(level_from("warning"), Level::warning);
    EXPECT_THROW((void)level_from("Loud"), UsageError);
}

TEST(Uuid, IsRandomVersionFourAndUnique) {
    const std::regex shape("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    std::set<std::string> seen;
    for (int i = 0; i < 2000; ++i) {
        const std::string uuid = new_uuid();
        ASSERT_TRUE(std::regex_match(uuid, shape)) << uuid;
        ASSERT_TRUE(seen.insert(uuid).second);
    }
}

TEST(Timestamp, IsUtcWithMilliseconds) {
    using namespace std::chrono;
    const sys_days leap_day = 2024y / February / 29;
    EXPECT_EQ(timestamp(leap_day + 23h + 59min + 59s + 999ms), "2024-02-29T23:59:59.999Z");
    EXPECT_EQ(timestamp(system_clock::time_point{}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(timestamp(system_clock::time_point{} - 1ms), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace almagest::telemetry
