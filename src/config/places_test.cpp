#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include "config/settings.h"
#include "error/error.h"

namespace almagest::config {
namespace {

namespace fs = std::filesystem;

/// Sets an environment variable (or takes it away) for one test.
class Variable {
  public:
    Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
        if (const char* before = std::getenv(name)) before_ = before;
        set(value);
    }
    ~Variable() { set(before_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    void set(const std::optional<std::string>& value) const {
        if (value) {
            setenv(name_, value->c_str(), 1);
        } else {
            unsetenv(name_);
        }
    }
    const char* name_;
    std::optional<std::string> before_;
};

class PlacesOfAMachine : public testing::Test {
  protected:
    PlacesOfAMachine() {
        std::string pattern = (fs::temp_directory_path() / "places-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        fs::create_directories(folder_ / "share" / "contracts");
        fs::create_directories(folder_ / "share" / "database");
        fs::create_directories(folder_ / "share" / "config");
        std::ofstream(folder_ / "share" / "config" / "almagest.yaml") << "log: {}\n";
    }
    ~PlacesOfAMachine() override { fs::remove_all(folder_); }
    fs::path folder_;
};

TEST_F(PlacesOfAMachine, ComeFromTheEnvironment) {
    const Variable home("ALMAGEST_HOME", (folder_ / "home/").string());
    const Variable share("ALMAGEST_SHARE", (folder_ / "share").string());
    const Variable cache("XDG_CACHE_HOME", (folder_ / "cache").string());
    const Places places = find_places();
    EXPECT_EQ(places.home, folder_ / "home");
    EXPECT_EQ(places.share, folder_ / "share");
    EXPECT_EQ(places.cache, folder_ / "cache" / "almagest");
    EXPECT_EQ(places.lake(), folder_ / "home" / "lake");
    EXPECT_FALSE(fs::exists(places.home));
}

TEST_F(PlacesOfAMachine, DefaultToTheUsersHomeFolder) {
    const Variable home("ALMAGEST_HOME", std::nullopt);
    const Variable user("HOME", folder_.string());
    const Variable share("ALMAGEST_SHARE", (folder_ / "share").string());
    const Variable cache("XDG_CACHE_HOME", "relative/is/ignored");
    EXPECT_EQ(find_places().home, folder_ / ".almagest");
    EXPECT_EQ(find_places().cache, folder_ / ".cache" / "almagest");
}

TEST_F(PlacesOfAMachine, ARelativeHomeIsMadeAbsolute) {
    const Variable home("ALMAGEST_HOME", "some/where");
    const Variable share("ALMAGEST_SHARE", (folder_ / "share").string());
    EXPECT_EQ(find_places().home, fs::current_path() / "some" / "where");
}

TEST_F(PlacesOfAMachine, AShareThatLacksItsFilesIsRefused) {
    const Variable home("ALMAGEST_HOME", folder_.string());
    const Variable share("ALMAGEST_SHARE", folder_.string());
    EXPECT_THROW((void)find_places(), UsageError);
}

TEST(SocketFolder, LiesUnderHomeWhereThatIsShortEnough) {
    EXPECT_EQ(socket_folder("/home/ada/.almagest", "pg", 20), "/home/ada/.almagest/run/pg");
}

TEST(SocketFolder, IsShortForADeepHomeAndItsOwn) {
    const std::string deep(120, 'd');
    const fs::path one = socket_folder("/" + deep, "pg", 20);
    EXPECT_EQ(one, socket_folder("/" + deep + "/", "pg", 20));
    EXPECT_NE(one, socket_folder("/" + deep + "e", "pg", 20));
    EXPECT_NE(one, socket_folder("/" + deep, "llm", 20));
    EXPECT_EQ(one.parent_path(), "/tmp");
    EXPECT_LE(one.native().size() + 1 + 20, 107U);
    EXPECT_THROW((void)socket_folder("/" + deep, "pg", 100), std::invalid_argument);
}

TEST(SocketFolder, UsesEveryByteThatASocketAddressHas) {
    const std::string home =
        "/" + std::string(107 - 1 - 20 - 1 - std::string("/run/pg").size(), 'h');
    EXPECT_EQ(socket_folder(home, "pg", 20), home + "/run/pg");
    EXPECT_EQ(socket_folder(home + "h", "pg", 20).parent_path(), "/tmp");
}

}  // namespace
}  // namespace almagest::config
