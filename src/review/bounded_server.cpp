#include "review/bounded_server.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>

#include "system/descriptor.h"

namespace almagest::review {
namespace {

using Clock = std::chrono::steady_clock;

/// Short waits: a server that stops does not wait for those who say nothing.
constexpr auto step = std::chrono::milliseconds(100);

bool is_ready(socket_t socket, short event, std::chrono::milliseconds patience) {
    const auto until = Clock::now() + patience;
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        pollfd waited{socket, event, 0};
        const auto found =
            ::poll(&waited, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (found < 0 && errno == EINTR) continue;
        return found > 0;
    }
}

void name_of(socket_t socket, int (*ask)(int, sockaddr*, socklen_t*), std::string& ip, int& port) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> service{};
    if (ask(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host.data(), host.size(),
                    service.data(), service.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return;
    ip = host.data();
    const std::string_view digits(service.data());
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
}

/// The bytes of one request and of its response. Reads ahead only within `buffer`, which outlives
/// the request: what follows belongs to the next one.
class BoundedStream : public httplib::Stream {
  public:
    BoundedStream(socket_t socket, std::string& buffer, const BoundedServer::Bounds& bounds,
                  std::function<bool()> is_stopping)
        : socket_(socket),
          is_stopping_(std::move(is_stopping)),
          buffer_(&buffer),
          bytes_left_(bounds.request_bytes),
          read_until_(Clock::now() + bounds.request_time),
          response_time_(bounds.response_time) {}

    [[nodiscard]] bool is_readable() const override { return !buffer_->empty() || fill(); }
    [[nodiscard]] bool is_writable() const override {
        return is_ready(socket_, POLLOUT, left_of(write_until()));
    }
    ssize_t read(char* to, std::size_t size) override {
        if (bytes_left_ == 0 || Clock::now() > read_until_ || (buffer_->empty() && !fill()))
            return -1;
        const auto taken = std::min({size, buffer_->size(), bytes_left_});
        std::copy_n(buffer_->data(), taken, to);
        buffer_->erase(0, taken);
        bytes_left_ -= taken;
        return static_cast<ssize_t>(taken);
    }
    ssize_t write(const char* from, std::size_t size) override {
        for (;;) {
            if (!is_writable()) return -1;
            const auto sent = ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent >= 0 || (errno != EINTR && errno != EAGAIN)) return sent;
        }
    }
    void get_remote_ip_and_port(std::string& ip, int& port) const override {
        name_of(socket_, ::getpeername, ip, port);
    }
    void get_local_ip_and_port(std::string& ip, int& port) const override {
        name_of(socket_, ::getsockname, ip, port);
    }
    [[nodiscard]] socket_t socket() const override { return socket_; }

  private:
    static std::chrono::milliseconds left_of(Clock::time_point until) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    }
    [[nodiscard]] Clock::time_point write_until() const {
        if (write_until_ == Clock::time_point{}) write_until_ = Clock::now() + response_time_;
        return write_until_;
    }
    [[nodiscard]] bool fill() const {
        while (!is_ready(socket_, POLLIN, std::min(step, left_of(read_until_))))
            if (is_stopping_() || Clock::now() >= read_until_) return false;
        std::array<char, 8192> space{};
        const auto got = ::recv(socket_, space.data(), space.size(), 0);
        if (got <= 0) return false;
        buffer_->assign(space.data(), static_cast<std::size_t>(got));
        return true;
    }

    socket_t socket_;
    std::function<bool()> is_stopping_;
    std::string* buffer_;
    std::size_t bytes_left_;
    Clock::time_point read_until_;
    std::chrono::milliseconds response_time_;
    mutable Clock::time_point write_until_;  ///< from the first byte of the response
};

/// Closing with bytes unread would take the response back from who has not read it yet.
void drain(socket_t socket) {
    std::array<char, 65536> space{};
    const auto until = Clock::now() + std::chrono::seconds(1);
    std::size_t left = 8UL * 1024 * 1024;
    while (left > 0 && Clock::now() < until &&
           is_ready(socket, POLLIN, std::chrono::milliseconds(200))) {
        const auto got = ::recv(socket, space.data(), std::min(left, space.size()), 0);
        if (got <= 0) return;
        left -= static_cast<std::size_t>(got);
    }
}

}  // namespace

void BoundedServer::let_wait(int connections) const {
    ::listen(svr_sock_, connections);
}

bool BoundedServer::process_and_close_socket(socket_t socket) {
    const system::Descriptor owned(socket);
    std::string buffer;
    bool well = true;
    for (int left = bounds_.requests_a_connection; well && left > 0; --left) {
        auto idle = bounds_.idle_time;
        while (buffer.empty() && !is_ready(socket, POLLIN, step)) {
            idle -= step;
            if (idle.count() <= 0 || svr_sock_ == INVALID_SOCKET) return true;
        }
        BoundedStream stream(socket, buffer, bounds_,
                             [this] { return svr_sock_ == INVALID_SOCKET; });
        bool closed = false;
        bool has_body = false;
        well = process_request(stream, left == 1, closed, [&](httplib::Request& request) {
            // httplib would pack with brotli as small as can be, which takes seconds a megabyte.
            request.headers.erase("Accept-Encoding");
            // A body that nobody read must not be taken for the next request.
            has_body =
                request.has_header("Content-Length") || request.has_header("Transfer-Encoding");
            if (has_body) request.headers.erase("Connection");
            if (has_body) request.set_header("Connection", "close");
        });
        if (closed || has_body) break;
    }
    ::shutdown(socket, SHUT_WR);
    drain(socket);
    return well;
}

}  // namespace almagest::review
