#include "lake/run_removal.h"

#include <gtest/gtest.h>

#include <fstream>

namespace almagest::lake {
namespace {

namespace fs = std::filesystem;

class RunRemoval : public testing::Test {
  protected:
    RunRemoval() { fs::remove_all(root); }
    ~RunRemoval() override { fs::remove_all(root); }
    RunRemoval(const RunRemoval&) = delete;
    RunRemoval& operator=(const RunRemoval&) = delete;

    [[nodiscard]] fs::path made(const std::string& below) const {
        const auto folder = root / below;
        fs::create_directories(folder);
        std::ofstream(folder / "input.json") << "{}";
        return folder;
    }

    fs::path root = fs::path(testing::TempDir()) /
                    testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(RunRemoval, RemovesARunAndTheFoldersThatItLeavesEmpty) {
    const auto folder = made("llm_runs/2024/01/02/a");
    EXPECT_TRUE(remove_run(root, folder));
    EXPECT_TRUE(fs::exists(root / "llm_runs"));
    EXPECT_FALSE(fs::exists(root / "llm_runs/2024"));
    EXPECT_TRUE(remove_run(root, folder));
}

TEST_F(RunRemoval, LeavesOtherRunsOfTheDay) {
    const auto folder = made("llm_runs/2024/01/02/a");
    const auto other = made("llm_runs/2024/01/02/b");
    EXPECT_TRUE(remove_run(root, folder));
    EXPECT_TRUE(fs::exists(other / "input.json"));
}

TEST_F(RunRemoval, TouchesNothingThatIsNoRunOfThisLake) {
    for (const auto* below :
         {"llm_runs/2024/01/02", "llm_runs/2024/01/02/a/b", "elsewhere/2024/01/02/a"}) {
        const auto folder = made(below);
        EXPECT_FALSE(remove_run(root, folder)) << below;
        EXPECT_TRUE(fs::exists(folder / "input.json")) << below;
    }
    const auto outside = made("outside");
    EXPECT_FALSE(remove_run(root, root / "llm_runs/../outside"));
    EXPECT_FALSE(remove_run(root, root / "llm_runs/a/b/c/../../../../outside"));
    EXPECT_TRUE(fs::exists(outside));
}

}  // namespace
}  // namespace almagest::lake
