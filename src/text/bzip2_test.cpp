#include "text/bzip2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "error/error.h"

namespace almagest::text {
namespace {

std::string packed(const std::string& text) {
    std::string out(text.size() + text.size() / 50 + 1000, '\0');
    auto size = static_cast<unsigned>(out.size());
    EXPECT_EQ(BZ_OK, BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                                              static_cast<unsigned>(text.size()), 9, 0, 0));
    out.resize(size);
    return out;
}

std::string unpacked(std::string_view bytes, std::size_t block = 1000) {
    std::string text;
    Bunzip2 unpacker([&text](std::string_view part) { text += part; });
    for (std::size_t at = 0; at < bytes.size(); at += block) unpacker.feed(bytes.substr(at, block));
    unpacker.finish();
    return text;
}

TEST(Bunzip2, UnpacksStreamsOneAfterAnotherHoweverTheyAreCut) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919);
    const std::string several = packed(text) + packed("") + packed("end");
    EXPECT_EQ(unpacked(several), text + "end");
    EXPECT_EQ(unpacked(several, 1'000'000), text + "end");
    EXPECT_EQ(unpacked(packed("x"), 1), "x");
}

TEST(Bunzip2, SaysWhatIsWrong) {
    std::string damaged = packed(std::string(5000, 'a') + "b");
    EXPECT_THROW((void)unpacked(damaged.substr(0, damaged.size() - 5)), PermanentError);
    EXPECT_THROW((void)unpacked(damaged + "trailing"), PermanentError);
    damaged[20] = static_cast<char>(damaged[20] ^ 0x55);
    EXPECT_THROW((void)unpacked(damaged), PermanentError);
    EXPECT_THROW((void)unpacked("not bzip2"), PermanentError);
}

TEST(Bunzip2, StopsWhereAlmostNothingUnpacksToVeryMuch) {
    const std::string bomb = packed(std::string(200'000'000, '\0'));
    std::size_t given = 0;
    Bunzip2 unpacker([&given](std::string_view part) { given += part.size(); });
    EXPECT_THROW(unpacker.feed(bomb), PermanentError);
    EXPECT_LT(given, 80'000'000U);
}

}  // namespace
}  // namespace almagest::text
