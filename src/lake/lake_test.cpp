#include "lake/lake.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "error/error.h"

namespace almagest::lake {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono;

class LakeOnDisk : public testing::Test {
  protected:
    LakeOnDisk() {
        std::string pattern = (fs::temp_directory_path() / "lake-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~LakeOnDisk() override { fs::remove_all(folder_); }

    [[nodiscard]] std::vector<std::string> names(const fs::path& folder) const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(folder)) {
            found.push_back(entry.path().filename().string());
        }
        return found;
    }

    fs::path folder_;
    const sys_days leap_day_ = 2024y / February / 29;
};

TEST_F(LakeOnDisk, GivesARunTheFolderOfItsDayInUtc) {
    const Lake lake(folder_);
    EXPECT_EQ(lake.run_folder("r-1", leap_day_ + 23h + 59min + 59s + 999ms),
              folder_ / "llm_runs" / "2024" / "02" / "29" / "r-1");
    EXPECT_EQ(lake.run_folder("r-1", leap_day_ + 24h), folder_ / "llm_runs/2024/03/01/r-1");
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(LakeOnDisk, ReturnsWhatWasWritten) {
    const Lake lake(folder_ / "lake");
    const auto run = lake.run_folder("a1b2", leap_day_);
    const nlohmann::json document = {{"messages", {{{"role", "user"}, {"content", "Tycho – 天"}}}}};
    lake.write(run, "input", document);
    lake.write(run, "output", 1);
    EXPECT_EQ(lake.read(run, "input"), document);
    lake.write(run, "output", {{"again", true}});
    EXPECT_EQ(lake.read(run, "output"), nlohmann::json({{"again", true}}));
    EXPECT_EQ(names(run).size(), 2U) << "drafts are left behind";
}

TEST_F(LakeOnDisk, ReplacesBytesThatAreNotUtf8) {
    const Lake lake(folder_);
    const auto run = lake.run_folder("r", leap_day_);
    lake.write(run, "output", {{"content", "caf\xE9"}});
    EXPECT_EQ(lake.read(run, "output")["content"], "caf\uFFFD");
}

TEST_F(LakeOnDisk, RefusesNamesThatLeaveTheFolder) {
    const Lake lake(folder_);
    for (const char* bad : {"", "..", "../x", "a/b", "a.b", "a b", "\xC3\xA9"}) {
        EXPECT_THROW((void)lake.run_folder(bad, leap_day_), std::invalid_argument) << bad;
        EXPECT_THROW(lake.write(folder_, bad, 1), std::invalid_argument) << bad;
    }
}

TEST_F(LakeOnDisk, SaysWhichArtifactIsMissingOrBroken) {
    const Lake lake(folder_);
    const auto run = lake.run_folder("r", leap_day_);
    EXPECT_THROW((void)lake.read(run, "input"), PermanentError);
    fs::create_directories(run);
    std::ofstream(run / "input.json") << "{\"cut\": ";
    EXPECT_THROW((void)lake.read(run, "input"), PermanentError);
}

TEST_F(LakeOnDisk, WhatTheDiskRefusesIsTransientAndLeavesNothing) {
    std::ofstream(folder_ / "file") << "in the way";
    const Lake blocked(folder_ / "file");
    EXPECT_THROW(blocked.write(blocked.run_folder("r", leap_day_), "input", 1), TransientError);

    const Lake lake(folder_);
    const auto run = lake.run_folder("r", leap_day_);
    lake.write(run, "input", "kept");
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    EXPECT_THROW(lake.write(run, "input", std::string(100'000, 'x')), TransientError);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, old_handler);
    EXPECT_EQ(lake.read(run, "input"), "kept");
    EXPECT_EQ(names(run), std::vector<std::string>{"input.json"});
}

TEST_F(LakeOnDisk, AReaderSeesOldOrNewNeverHalf) {
    const Lake lake(folder_);
    const auto run = lake.run_folder("r", leap_day_);
    lake.write(run, "output", std::string(50'000, 'a'));
    std::vector<std::jthread> writers;
    for (const char letter : {'a', 'b'}) {
        writers.emplace_back([&lake, &run, letter] {
            for (int i = 0; i < 40; ++i) lake.write(run, "output", std::string(50'000, letter));
        });
    }
    for (int i = 0; i < 200; ++i) {
        const auto text = lake.read(run, "output").get<std::string>();
        ASSERT_EQ(text, std::string(50'000, text.front()));
    }
}

}  // namespace
}  // namespace almagest::lake
