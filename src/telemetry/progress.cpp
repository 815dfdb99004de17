#include "telemetry/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace almagest::telemetry {
namespace {

constexpr std::chrono::milliseconds kBetweenDrawings{100};
constexpr std::size_t kWidestBar = 32;
constexpr std::size_t kNarrowestBar = 6;  // edges included

bool is_terminal() {
    const char* terminal = std::getenv("TERM");
    return isatty(STDERR_FILENO) == 1 &&
           (terminal == nullptr || std::string_view(terminal) != "dumb");
}

std::size_t terminal_width() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

bool starts_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string cut(const std::string& text, std::size_t width) {
    std::size_t at = 0;
    for (std::size_t column = 0; at < text.size(); ++at) {
        if (starts_character(text[at]) && column++ == width) break;
    }
    return text.substr(0, at);
}

std::string bar(std::uint64_t done, std::uint64_t total, std::size_t width) {
    const std::size_t cells = width - 2;
    const double share = static_cast<double>(done) / static_cast<double>(total);
    const auto full = static_cast<std::size_t>(share * static_cast<double>(cells));
    std::string drawn = "▕";
    for (std::size_t cell = 0; cell < cells; ++cell) drawn += cell < full ? "█" : "░";
    return drawn + "▏";
}

std::string time_left(double seconds) {
    if (seconds >= 100 * 3600.0) return "over 99 h left";
    const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
    if (whole < 3600) return fmt::format("{}:{:02} left", whole / 60, whole % 60);
    return fmt::format("{}:{:02}:{:02} left", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

Progress::Progress(bool enabled, std::string unit, Clock clock)
    : enabled_(enabled && is_terminal()), unit_(std::move(unit)), clock_(std::move(clock)) {}

Progress::~Progress() {
    clear();
}

void Progress::update(std::uint64_t done, std::uint64_t total, std::uint64_t tokens) {
    const std::scoped_lock lock(mutex_);
    if (!begun_) {
        begun_ = true;
        started_ = clock_();
        first_done_ = done;
        first_tokens_ = tokens;
    }
    done_ = done;
    total_ = total;
    tokens_ = tokens;
    if (enabled_) draw();
}

void Progress::clear() {
    const std::scoped_lock lock(mutex_);
    if (!drawn_) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

std::string Progress::line(std::size_t width) const {
    const std::scoped_lock lock(mutex_);
    return composed(width);
}

void Progress::draw() {
    const auto now = clock_();
    if (drawn_ && done_ < total_ && now - drawn_at_ < kBetweenDrawings) return;
    // A character in the last column would wrap on some terminals.
    const std::string text = "\r" + composed(terminal_width() - 1) + "\x1b[K";
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
    drawn_at_ = now;
}

std::string Progress::composed(std::size_t width) const {
    const std::string head = total_ == 0 ? fmt::format("{} {}", unit_, done_)
                                         : fmt::format("{} {}/{}", unit_, done_, total_);
    const double seconds =
        begun_ ? std::chrono::duration<double>(clock_() - started_).count() : 0.0;
    std::string rate;
    if (tokens_ > first_tokens_ && seconds > 0) {
        rate = fmt::format(" {:.0f} tok/s", static_cast<double>(tokens_ - first_tokens_) / seconds);
    }
    std::string left;
    if (done_ > first_done_ && total_ > done_ && seconds > 0) {
        left = " " + time_left(seconds * static_cast<double>(total_ - done_) /
                               static_cast<double>(done_ - first_done_));
    }
    if (columns(head + rate + left) > width) rate.clear();
    if (columns(head + left) > width) left.clear();
    if (columns(head) > width) return cut(head, width);
    const std::size_t used = columns(head + rate + left);
    if (total_ == 0 || used + 1 + kNarrowestBar > width) return head + rate + left;
    const std::size_t bar_width = std::min(kWidestBar, width - used - 1);
    return head + " " + bar(std::min(done_, total_), total_, bar_width) + rate + left;
}

}  // namespace almagest::telemetry
