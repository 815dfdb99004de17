#include "lake/day_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace almagest::lake {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class DayFolders : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = fs::temp_directory_path() / "almagest-lake-XXXXXX";
        root_ = ::mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(root_); }

    void put(const std::string& where, const std::string& bytes) const {
        const auto file = root_ / "llm_runs" / where;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << bytes;
    }
    [[nodiscard]] std::vector<std::string> days(const std::string& before) const {
        std::vector<std::string> found;
        for (const auto& folder : days_before(root_, before)) found.push_back(folder.day);
        return found;
    }

    fs::path root_;
};

TEST_F(DayFolders, AreThoseBeforeADayOldestFirstWithRunsAndBytes) {
    put("2024/12/31/a/input.json", "12345");
    put("2024/12/31/a/output.json", "123");
    put("2024/12/31/b/input.json", "1");
    put("2024/02/29/c/input.json", "");
    put("2025/01/01/d/input.json", "");
    EXPECT_THAT(days("2025-01-01"), ElementsAre("2024-02-29", "2024-12-31"));
    const auto folder = days_before(root_, "2025-01-01").back();
    EXPECT_EQ(folder.runs, 2);
    EXPECT_EQ(folder.bytes, 9);
}

TEST_F(DayFolders, AreNoneWithoutALakeOrUnderOtherNames) {
    EXPECT_THAT(days("9999-01-01"), IsEmpty());
    put("2024/1x/01/a/input.json", "");
    put("notes/01/01/a/input.json", "");
    put("2024/01/old", "a file");
    EXPECT_THAT(days("9999-01-01"), IsEmpty());
}

TEST_F(DayFolders, DoNotFollowLinks) {
    put("2024/01/02/a/input.json", "");
    fs::create_directory_symlink(root_ / "llm_runs/2024/01/02", root_ / "llm_runs/2024/01/01");
    EXPECT_THAT(days("9999-01-01"), ElementsAre("2024-01-02"));
}

TEST_F(DayFolders, GoWithTheirEmptyMonthAndYear) {
    put("2024/12/31/a/input.json", "");
    put("2025/01/01/b/input.json", "");
    put("2025/01/02/c/input.json", "");
    for (const auto& folder : days_before(root_, "2025-01-02")) remove_day(folder);
    EXPECT_FALSE(fs::exists(root_ / "llm_runs/2024"));
    EXPECT_FALSE(fs::exists(root_ / "llm_runs/2025/01/01"));
    EXPECT_TRUE(fs::exists(root_ / "llm_runs/2025/01/02/c/input.json"));
}

}  // namespace
}  // namespace almagest::lake
