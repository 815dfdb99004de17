#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "error/error.h"
#include "system/file_lock.h"
#include "system/secret.h"
#include "system/sha256.h"

namespace almagest::system {
namespace {

namespace fs = std::filesystem;

class InAFolder : public testing::Test {
  protected:
    void SetUp() override {
        auto pattern = (fs::temp_directory_path() / "almagest-system-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }
    fs::path folder_;
};

using Checksum = InAFolder;
using Lock = InAFolder;

TEST_F(Checksum, IsThatOfTheStandard) {
    EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(Checksum, OfAFileAndOfPiecesIsThatOfTheWhole) {
    const std::string whole(3'000'000, 'a');
    std::ofstream(folder_ / "file") << whole;
    Sha256 pieces;
    pieces.add(std::string_view(whole).substr(0, 7));
    pieces.add(std::string_view(whole).substr(7));
    EXPECT_EQ(sha256_of_file(folder_ / "file"), sha256_of(whole));
    EXPECT_EQ(pieces.hexadecimal(), sha256_of(whole));
}

TEST_F(Checksum, OfAMissingFileIsRefused) {
    EXPECT_THROW((void)sha256_of_file(folder_ / "none"), UsageError);
}

TEST(Secret, IsRandomAndCompared) {
    EXPECT_EQ(random_secret(16).size(), 32U);
    EXPECT_NE(random_secret(), random_secret());
    EXPECT_TRUE(is_same_secret("a", "a"));
    EXPECT_FALSE(is_same_secret("a", "b"));
    EXPECT_FALSE(is_same_secret("a", "aa"));
    EXPECT_FALSE(is_same_secret("", "a"));
}

TEST(Secret, SignsAsTheStandardSays) {  // RFC 4231, test case 2
    EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_F(Lock, IsSharedByMany_AndExclusiveToOne) {
    FileLock one(folder_ / "lock", FileLock::Kind::shared);
    FileLock two(folder_ / "lock");
    EXPECT_TRUE(two.try_lock(FileLock::Kind::shared));
    EXPECT_FALSE(one.try_lock(FileLock::Kind::exclusive));
    two.unlock();
    EXPECT_TRUE(one.try_lock(FileLock::Kind::exclusive));
    EXPECT_FALSE(two.try_lock(FileLock::Kind::shared));
}

TEST_F(Lock, IsLeftWhenItsOwnerGoes) {
    { const FileLock owner(folder_ / "lock", FileLock::Kind::exclusive); }
    EXPECT_TRUE(FileLock(folder_ / "lock").try_lock(FileLock::Kind::exclusive));
}

TEST_F(Lock, InAMissingFolderIsRefused) {
    EXPECT_THROW(FileLock(folder_ / "none" / "lock"), UsageError);
}

}  // namespace
}  // namespace almagest::system
