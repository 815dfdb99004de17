#include "telemetry/log_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace almagest::telemetry {
namespace {

class RotatedLog : public testing::Test {
  public:
    ~RotatedLog() override { std::filesystem::remove_all(folder_); }

  protected:
    RotatedLog() {
        std::string pattern = (std::filesystem::temp_directory_path() / "log-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }

    [[nodiscard]] LogFile open(std::uint64_t bytes, unsigned files) const {
        return {folder_, "a", {bytes, files}};
    }
    [[nodiscard]] std::vector<std::string> lines_of(const std::string& file) const {
        std::vector<std::string> read;
        std::ifstream in(folder_ / file);
        for (std::string line; std::getline(in, line);) read.push_back(line);
        return read;
    }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder_))
            if (entry.path().extension() == ".jsonl") names.push_back(entry.path().filename());
        return names;
    }
    /// How often each line is there, in all files.
    [[nodiscard]] std::map<std::string, int> count_lines() const {
        std::map<std::string, int> seen;
        for (const auto& name : files())
            for (const auto& line : lines_of(name)) ++seen[line];
        return seen;
    }
    std::filesystem::path folder_;
};

void write_from_threads(LogFile& log, const std::string& who, int threads, int lines) {
    std::vector<std::jthread> writers;
    writers.reserve(static_cast<std::size_t>(threads));
    for (int thread = 0; thread < threads; ++thread) {
        writers.emplace_back([&log, &who, thread, lines] {
            for (int i = 0; i < lines; ++i)
                log.append(who + " " + std::to_string(thread) + " " + std::to_string(i) + " " +
                           std::string(static_cast<std::size_t>(i % 50), 'x'));
        });
    }
}

TEST_F(RotatedLog, LosesNoLineOfManyThreads) {
    auto log = open(4096, 1000);
    write_from_threads(log, "p", 8, 500);
    const auto seen = count_lines();
    for (const auto& name : files())
        EXPECT_LE(std::filesystem::file_size(folder_ / name), 4096U) << name;
    EXPECT_EQ(seen.size(), 4000U);
    for (const auto& [line, times] : seen) EXPECT_EQ(times, 1) << line;
    EXPECT_GT(files().size(), 20U);
}

TEST_F(RotatedLog, LosesNoLineOfManyProcessesThatEndAtDifferentTimes) {
    constexpr int processes = 6;
    std::vector<pid_t> children;
    for (int process = 0; process < processes; ++process) {
        const auto child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            try {
                auto log = open(4096, 1000);
                write_from_threads(log, std::to_string(process), 4, 50 * (process + 1));
            } catch (...) {
                _exit(1);
            }
            _exit(0);
        }
        children.push_back(child);
    }
    for (const auto child : children) {
        int status = -1;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    const auto seen = count_lines();
    EXPECT_EQ(seen.size(), 4U * 50 * (1 + 2 + 3 + 4 + 5 + 6));
    EXPECT_GT(files().size(), 1U);
    for (const auto& [line, times] : seen) EXPECT_EQ(times, 1) << line;
}

TEST_F(RotatedLog, KeepsTheNewestLinesInSoManyFiles) {
    auto log = open(10, 3);
    for (int i = 0; i < 10; ++i) log.append("line" + std::to_string(i));  // one fits
    EXPECT_THAT(files(), testing::UnorderedElementsAre("a.jsonl", "a.1.jsonl", "a.2.jsonl"));
    EXPECT_THAT(lines_of("a.jsonl"), testing::ElementsAre("line9"));
    EXPECT_THAT(lines_of("a.1.jsonl"), testing::ElementsAre("line8"));
    EXPECT_THAT(lines_of("a.2.jsonl"), testing::ElementsAre("line7"));
}

TEST_F(RotatedLog, ALineLongerThanAFileIsWrittenWhole) {
    auto log = open(10, 3);
    log.append("before");
    log.append(std::string(100, 'x'));
    log.append("after");
    EXPECT_THAT(lines_of("a.1.jsonl"), testing::ElementsAre(std::string(100, 'x')));
    EXPECT_THAT(lines_of("a.jsonl"), testing::ElementsAre("after"));
}

TEST_F(RotatedLog, GoesOnInTheNewFileAfterAnotherProcessRenamed) {
    auto one = open(10, 5);
    auto other = open(10, 5);
    one.append("one");
    other.append("second");  // renames
    one.append("3");
    EXPECT_THAT(lines_of("a.1.jsonl"), testing::ElementsAre("one"));
    EXPECT_THAT(lines_of("a.jsonl"), testing::ElementsAre("second", "3"));
}

TEST_F(RotatedLog, WaitsForNobodyWhoStoppedWhileRenaming) {
    auto log = open(10, 3);
    log.append("line0");
    const system::FileLock held(folder_ / ".a.lock", system::FileLock::Kind::exclusive);
    log.append("line1");
    EXPECT_THAT(lines_of("a.jsonl"), testing::ElementsAre("line0", "line1"));
    std::filesystem::rename(folder_ / "a.jsonl", folder_ / "a.1.jsonl");
    log.append("line2");
    EXPECT_THAT(lines_of("a.jsonl"), testing::ElementsAre("line2"));
}

TEST_F(RotatedLog, DropsNothingToFillAGapThatAKilledProcessLeft) {
    auto log = open(10, 4);
    for (int i = 0; i < 4; ++i) log.append("line" + std::to_string(i));
    std::filesystem::rename(folder_ / "a.jsonl", folder_ / "moved");
    std::filesystem::rename(folder_ / "a.1.jsonl", folder_ / "a.jsonl");  // now 2 is in a.jsonl
    log.append("line4");
    EXPECT_THAT(lines_of("a.3.jsonl"), testing::ElementsAre("line0"));
    EXPECT_THAT(lines_of("a.2.jsonl"), testing::ElementsAre("line1"));
    EXPECT_THAT(lines_of("a.1.jsonl"), testing::ElementsAre("line2"));
    EXPECT_THAT(lines_of("a.jsonl"), testing::ElementsAre("line4"));
}

TEST_F(RotatedLog, ASmallerLimitTakesTheOlderFilesAway) {
    {
        auto log = open(10, 6);
        for (int i = 0; i < 6; ++i) log.append("line" + std::to_string(i));
    }
    EXPECT_EQ(files().size(), 6U);
    auto log = open(10, 2);
    log.append("line6");
    EXPECT_THAT(files(), testing::UnorderedElementsAre("a.jsonl", "a.1.jsonl"));
    EXPECT_THAT(lines_of("a.1.jsonl"), testing::ElementsAre("line5"));
}

TEST_F(RotatedLog, ComesBackWhenItsFolderWasRemoved) {
    auto log = open(100, 2);
    log.append("gone");
    std::filesystem::remove_all(folder_);
    log.append("here");
    EXPECT_THAT(lines_of("a.jsonl"), testing::ElementsAre("here"));
}

TEST_F(RotatedLog, RefusesLimitsThatLeaveNoRoom) {
    EXPECT_THROW(static_cast<void>(open(0, 2)), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(open(10, 1)), std::invalid_argument);
}

}  // namespace
}  // namespace almagest::telemetry
