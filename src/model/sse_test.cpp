#include "model/sse.h"

#include <gmock/gmock.h>

#include "error/error.h"

namespace almagest::model {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> events_of(std::string_view stream, std::size_t split_at) {
    std::vector<std::string> events;
    SseParser parser(1000, [&](std::string_view data) { events.emplace_back(data); });
    parser.feed(stream.substr(0, split_at));
    parser.feed(stream.substr(split_at));
    parser.finish();
    return events;
}

TEST(Sse, TheSameEventsComeOutWhereverTheStreamIsSplit) {
    const std::string stream =
        "\xEF\xBB\xBF: a comment\r\ndata: {\"a\":1}\r\n\r\nevent: x\ndata: one\ndata:two\n\n"
        "id: 7\rdata:  padded\r\r\ndata\n\ndata: [DONE]\n\n";
    for (std::size_t at = 0; at <= stream.size(); ++at) {
        EXPECT_THAT(events_of(stream, at),
                    ElementsAre("{\"a\":1}", "one\ntwo", " padded", "", "[DONE]"))
            << "split at " << at;
    }
}

TEST(Sse, SingleBytesAreEnough) {
    std::vector<std::string> events;
    SseParser parser(1000, [&](std::string_view data) { events.emplace_back(data); });
    for (const char c : std::string("data: a\r\n\r\ndata: b\r\n\r\n")) {
        parser.feed({&c, 1});
    }
    EXPECT_THAT(events, ElementsAre("a", "b"));
}

TEST(Sse, LastEventCountsWithoutItsBlankLine) {
    EXPECT_THAT(events_of("data: [DONE]", 4), ElementsAre("[DONE]"));
}

TEST(Sse, EventsWithoutDataAreNone) {
    EXPECT_THAT(events_of(": ping\n\nevent: x\n\n\n\n", 3), ElementsAre());
}

TEST(Sse, AnEndlessEventIsRefused) {
    SseParser parser(100, [](std::string_view) {});
    parser.feed("data: " + std::string(80, 'x') + "\n");
    EXPECT_THROW(parser.feed("data: " + std::string(80, 'x') + "\n"), PermanentError);
}

}  // namespace
}  // namespace almagest::model
