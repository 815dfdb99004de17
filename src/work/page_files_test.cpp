#include "work/page_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace almagest::work {
namespace {

namespace fs = std::filesystem;

class PageFiles : public testing::Test {
  protected:
    void SetUp() override {
        auto pattern = (fs::temp_directory_path() / "almagest-pages-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path write(const std::string& name) const {
        const auto path = folder_ / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path) << "text";
        return path;
    }

    fs::path folder_;
    std::vector<Refusal> refused_;
};

TEST_F(PageFiles, OfAFolderAreAllBelowItInAFixedOrderWithoutHiddenOnes) {
    const auto last = write("b/z.txt");
    const auto first = write("a.md");
    const auto middle = write("b/a.html");
    write(".hidden");
    write(".git/config");
    EXPECT_EQ(page_files({folder_.string()}, refused_),
              (std::vector<PageFile>{{first, true}, {middle, true}, {last, true}}));
    EXPECT_TRUE(refused_.empty());
}

TEST_F(PageFiles, ThatAreMissingAreRefusedAndTheRestGoesOn) {
    const auto there = write("there.txt");
    EXPECT_EQ(page_files({"/no/such/page.txt", there.string()}, refused_),
              std::vector<PageFile>{{there}});
    ASSERT_EQ(refused_.size(), 1U);
    EXPECT_EQ(refused_[0].path, "/no/such/page.txt");
    EXPECT_EQ(refused_[0].reason, "no such file or folder");
}

TEST_F(PageFiles, AreNeitherDevicesNorSockets) {
    EXPECT_TRUE(page_files({"/dev/null"}, refused_).empty());
    EXPECT_EQ(refused_.size(), 1U);
}

}  // namespace
}  // namespace almagest::work
