#include "telemetry/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

namespace almagest::telemetry {
namespace {

using namespace std::chrono_literals;

class ProgressLine : public testing::Test {
  protected:
    [[nodiscard]] Progress::Clock clock() {
        return [this] { return now_; };
    }
    std::chrono::steady_clock::time_point now_{1h};
};

std::size_t columns(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

TEST_F(ProgressLine, TellsDoneRateAndTimeLeft) {
    Progress progress(false, "chunks", clock());
    progress.update(0, 40, 0);
    now_ += 60s;
    progress.update(12, 40, 4980);
    EXPECT_EQ(progress.line(200), "chunks 12/40 ▕" + std::string("█████████") +
                                      "░░░░░░░░░░░░░░░░░░░░░" + "▏ 83 tok/s 2:20 left");
}

TEST_F(ProgressLine, CountsRatesFromTheFirstUpdate) {
    Progress progress(false, "chunks", clock());
    progress.update(30, 40, 1'000'000);
    EXPECT_EQ(progress.line(20), "chunks 30/40 ▕███░░▏");
    now_ += 10s;
    progress.update(35, 40, 1'000'100);
    EXPECT_THAT(progress.line(80), testing::HasSubstr(" 10 tok/s 0:10 left"));
}

TEST_F(ProgressLine, FitsEveryWidth) {
    Progress progress(false, "chunks", clock());
    progress.update(0, 4000, 0);
    now_ += 100s;
    progress.update(1000, 4000, 12'345);
    for (std::size_t width = 0; width < 120; ++width) {
        EXPECT_LE(columns(progress.line(width)), width);
    }
    EXPECT_EQ(progress.line(6), "chunks");
    EXPECT_EQ(progress.line(16), "chunks 1000/4000");
    EXPECT_EQ(progress.line(26), "chunks 1000/4000 5:00 left");
    EXPECT_EQ(progress.line(36), "chunks 1000/4000 123 tok/s 5:00 left");
    EXPECT_EQ(progress.line(43), "chunks 1000/4000 ▕█░░░▏ 123 tok/s 5:00 left");
}

TEST_F(ProgressLine, HasHoursAndAnEnd) {
    Progress progress(false, "chunks", clock());
    progress.update(0, 100, 0);
    now_ += 100s;
    progress.update(1, 100, 0);
    EXPECT_THAT(progress.line(80), testing::EndsWith(" 2:45:00 left"));
    progress.update(1, 100'000, 0);
    EXPECT_THAT(progress.line(80), testing::EndsWith(" over 99 h left"));
    progress.update(100, 100, 0);
    EXPECT_THAT(progress.line(80), testing::EndsWith("█▏"));
}

TEST_F(ProgressLine, IsSaneBeforeTheFirstUpdateAndPastTheTotal) {
    Progress progress(false, "chunks", clock());
    EXPECT_EQ(progress.line(80), "chunks 0");
    progress.update(7, 5, 0);
    EXPECT_THAT(progress.line(20), testing::StartsWith("chunks 7/5 ▕████"));
}

TEST_F(ProgressLine, IsSilentWithoutATerminal) {
    testing::internal::CaptureStderr();
    {
        Progress progress(true, "chunks", clock());
        progress.update(1, 2, 3);
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

/// Puts a pseudo-terminal in the place of standard error.
class Terminal {
  public:
    Terminal() : saved_(dup(STDERR_FILENO)), master_(posix_openpt(O_RDWR | O_NOCTTY)) {
        if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) return;
        const int slave = open(ptsname(master_), O_RDWR | O_NOCTTY);
        ready_ = slave >= 0 && dup2(slave, STDERR_FILENO) >= 0;
        close(slave);
    }
    ~Terminal() {
        dup2(saved_, STDERR_FILENO);
        close(saved_);
        close(master_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    [[nodiscard]] bool ready() const { return ready_; }

    /// What was drawn, up to and with `last`.
    [[nodiscard]] std::string shown(const std::string& last) const {
        std::string text;
        std::array<char, 4096> buffer{};
        pollfd waiting{master_, POLLIN, 0};
        while (text.find(last) == std::string::npos && poll(&waiting, 1, 10'000) == 1) {
            const ssize_t count = read(master_, buffer.data(), buffer.size());
            if (count <= 0) break;
            text.append(buffer.data(), static_cast<std::size_t>(count));
        }
        return text;
    }

  private:
    int saved_;
    int master_;
    bool ready_ = false;
};

TEST_F(ProgressLine, IsRewrittenInPlaceAndClearedOnATerminal) {
    setenv("TERM", "xterm", 1);
    std::string shown;
    {
        const Terminal terminal;
        ASSERT_TRUE(terminal.ready());
        {
            Progress progress(true, "chunks", clock());
            progress.update(0, 2, 0);
            progress.update(1, 2, 0);  // too soon after the drawing before
            now_ += 1s;
            progress.update(1, 2, 0);
            progress.clear();
            progress.update(2, 2, 0);
        }
        shown = terminal.shown("2/2 ▕██████████████████████████████▏\x1b[K\r\x1b[K");
    }
    EXPECT_THAT(shown, testing::StartsWith("\rchunks 0/2 ▕░"));
    EXPECT_EQ(std::count(shown.begin(), shown.end(), '\r'), 5);
    EXPECT_THAT(shown, testing::EndsWith("\r\x1b[K"));
}

}  // namespace
}  // namespace almagest::telemetry
