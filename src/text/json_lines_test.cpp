#include "text/json_lines.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace almagest::text {
namespace {

/// What comes of the lines: "number:id:content" or "number!".
std::vector<std::string> read(std::string_view bytes, std::size_t block) {
    std::vector<std::string> found;
    JsonLines lines(
        100,
        [&](JsonLine&& page) {
            found.push_back(std::to_string(page.number) + ":" + page.id + ":" + page.content);
        },
        [&](std::uint64_t number, const std::string& reason) {
            EXPECT_FALSE(reason.empty());
            found.push_back(std::to_string(number) + "!");
        });
    for (std::size_t at = 0; at < bytes.size(); at += block) lines.feed(bytes.substr(at, block));
    lines.finish();
    return found;
}

TEST(JsonLines, AreReadHoweverTheyAreCutAndBadOnesAreNumbered) {
    const std::string bytes =
        "\xEF\xBB\xBF{\"id\": 7, \"content\": \"one\"}\r\n\n{\"content\": [1]}\n{\"x\": \"" +
        std::string(200, 'y') +
        "\"}\n{\"id\": \"b\", \"content\": \"\\u00e9\"}\nnull\n{\"content\": "
        "\"\xFF\"}\n{\"content\": "
        "1e999}\n{\"id\": \"last\", \"content\": \"two\"}";
    const std::vector<std::string> wanted = {"1:7:one", "3!", "4!", "5:b:é",
                                             "6!",      "7!", "8!", "9:last:two"};
    for (const std::size_t block : {1U, 3U, 50U, 10'000U}) EXPECT_EQ(read(bytes, block), wanted);
}

TEST(JsonLines, ThatNestDeepOrNeverEndAreFaults) {
    EXPECT_EQ(read(std::string(1'000'000, '['), 4096), std::vector<std::string>{"1!"});
    EXPECT_EQ(read(std::string(99, '['), 4096), std::vector<std::string>{"1!"});
}

}  // namespace
}  // namespace almagest::text
