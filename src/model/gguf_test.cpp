#include "model/gguf.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <fstream>

#include "model/testing/fault_server.h"

namespace almagest::model {
namespace {

template <typename Number>
std::string bytes_of(Number number) {
    std::string bytes(sizeof(number), '\0');
    std::memcpy(bytes.data(), &number, sizeof(number));
    return bytes;
}

std::string text(const std::string& value) {
    return bytes_of(std::uint64_t{value.size()}) + value;
}

std::string text_key(const std::string& key, const std::string& value) {
    return text(key) + bytes_of(std::uint32_t{8}) + text(value);
}

std::string number_key(const std::string& key) {
    return text(key) + bytes_of(std::uint32_t{4}) + bytes_of(std::uint32_t{512});
}

std::string list_key(const std::string& key) {
    return text(key) + bytes_of(std::uint32_t{9}) + bytes_of(std::uint32_t{8}) +
           bytes_of(std::uint64_t{2}) + text("a") + text("b");
}

std::string header(std::uint64_t keys, const std::string& values) {
    return "GGUF" + bytes_of(std::uint32_t{3}) + bytes_of(std::uint64_t{0}) + bytes_of(keys) +
           values;
}

class Gguf : public ::testing::Test {
  protected:
    GgufAttention read(const std::string& bytes) const {
        const auto file = folder.path() / "model.gguf";
        std::ofstream(file, std::ios::binary) << bytes;
        return gguf_attention(file);
    }
    testing::TemporaryFolder folder;
};

TEST_F(Gguf, TellsTheArchitectureAndWhetherAWindowSlides) {
    const auto architecture = text_key("general.architecture", "towers");
    auto found =
        read(header(3, architecture + list_key("general.tags") + number_key("towers.size")));
    EXPECT_EQ(found.architecture, "towers");
    EXPECT_FALSE(found.has_sliding_window);
    found = read(header(2, architecture + number_key("towers.attention.sliding_window")));
    EXPECT_TRUE(found.has_sliding_window);
}

TEST_F(Gguf, OfAnotherFormTellsNothing) {
    const auto architecture = text_key("general.architecture", "towers");
    const auto whole = header(2, architecture + number_key("towers.size"));
    for (std::size_t length = 0; length + 8 < whole.size(); ++length)
        EXPECT_EQ(read(whole.substr(0, length)).architecture, "") << length;
    EXPECT_EQ(read("GGUF" + bytes_of(std::uint32_t{99}) + whole.substr(8)).architecture, "");
    EXPECT_EQ(read(header(~std::uint64_t{0}, architecture)).architecture, "");
    EXPECT_EQ(read(header(1, bytes_of(~std::uint64_t{0}))).architecture, "");
    EXPECT_EQ(gguf_attention(folder.path() / "none").architecture, "");
}

}  // namespace
}  // namespace almagest::model
