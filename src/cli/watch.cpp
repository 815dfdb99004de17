#include "cli/watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string_view>

#include "cli/print.h"
#include "cli/session.h"
#include "error/error.h"
#include "system/descriptor.h"

namespace almagest::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto interval = std::chrono::seconds(2);

/// Another screen without a cursor, where lines that are too long are cut; and back.
constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";

bool is_terminal() {
    const char* terminal = std::getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && terminal != nullptr &&
           std::string_view(terminal) != "dumb";
}

/// Lines of the terminal's window; 24 where it does not say.
std::size_t window_lines() {
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

/// The first lines of a text, without a line end behind the last, which would scroll.
std::string first_lines(std::string_view text, std::size_t most) {
    const auto all = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const auto shown = all > most ? most - 1 : all;
    std::size_t at = 0;
    for (std::size_t line = 0; line < shown; ++line) at = text.find('\n', at) + 1;
    std::string lines(text.substr(0, at));
    if (all > most) return lines + fmt::format("… {} more lines", all - shown);
    if (!lines.empty()) lines.pop_back();
    return lines;
}

/// The terminal while it is drawn on. Leaves it as it was when closed, or destroyed; drawing after
/// that does nothing. Thread-safe.
class Screen {
  public:
    Screen() { write(enter); }
    ~Screen() { close(); }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    void draw(const std::string& text) {
        const std::scoped_lock lock(mutex_);
        if (!is_closed_) write("\x1b[H\x1b[J" + first_lines(text, window_lines()));
    }
    void close() {
        const std::scoped_lock lock(mutex_);
        if (!is_closed_) write(leave);
        is_closed_ = true;
    }

  private:
    static void write(std::string_view text) { std::cout << text << std::flush; }

    std::mutex mutex_;
    bool is_closed_ = false;
};

/// Signals wake whoever waits: a change of the window's size, and whatever calls wake().
class Bell {
  public:
    Bell() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (!event_) throw PermanentError("the system gives no event to wait for");
        rung_by_signals = event_.get();
        struct sigaction on_resize {};
        on_resize.sa_handler = [](int) { ring(); };
        on_resize.sa_flags = SA_RESTART;
        sigaction(SIGWINCH, &on_resize, &before_);
    }
    ~Bell() { sigaction(SIGWINCH, &before_, nullptr); }
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    static void ring() {
        const std::uint64_t one = 1;
        (void)!::write(rung_by_signals, &one, sizeof one);
    }
    /// Until it rings or `until` is over.
    void wait(Clock::time_point until) const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        pollfd event{event_.get(), POLLIN, 0};
        if (::poll(&event, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0)
            return;
        std::uint64_t rings = 0;
        (void)!::read(event_.get(), &rings, sizeof rings);
    }

  private:
    static inline int rung_by_signals = -1;
    system::Descriptor event_;
    struct sigaction before_ {};
};

std::string text_now(const std::function<std::string()>& text) {
    try {
        return text();
    } catch (const TransientError& error) {
        return printable(error.what()) + "\n";
    }
}

int watch_below(const std::function<std::string()>& text, const std::stop_token& stop) {
    const Bell bell;
    const std::stop_callback wake(stop, [] { Bell::ring(); });
    while (!stop.stop_requested()) {
        std::cout << text_now(text) << std::endl;
        const auto next = Clock::now() + interval;
        while (!stop.stop_requested() && Clock::now() < next) bell.wait(next);
    }
    return Exit::interrupted;
}

int watch_in_place(const std::function<std::string()>& text, const std::stop_token& stop) {
    std::string shown;
    {
        const Bell bell;
        Screen screen;
        // At once: a second signal may end the program while the database is still asked.
        const std::stop_callback end(stop, [&screen] {
            screen.close();
            Bell::ring();
        });
        while (!stop.stop_requested()) {
            shown = text_now(text);
            const auto next = Clock::now() + interval;
            screen.draw(shown);
            while (!stop.stop_requested() && Clock::now() < next) {
                bell.wait(next);
                screen.draw(shown);
            }
        }
    }
    std::cout << shown << std::flush;
    return Exit::interrupted;
}

}  // namespace

int watch(const std::function<std::string()>& text) {
    const auto stop = stop_on_signals();
    return is_terminal() ? watch_in_place(text, stop) : watch_below(text, stop);
}

}  // namespace almagest::cli
