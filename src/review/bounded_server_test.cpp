#include "review/bounded_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <thread>

#include "system/descriptor.h"

namespace almagest::review {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// Answers every path with the size of its body.
class ABoundedServer : public testing::Test {
  protected:
    void start(BoundedServer::Bounds bounds) {
        server_ = std::make_unique<BoundedServer>(bounds);
        const auto answer = [](const httplib::Request& request, httplib::Response& response) {
            response.set_content(std::to_string(request.body.size()), "text/plain");
        };
        server_->Get("/.*", answer);
        server_->Post("/.*", answer);
        port_ = server_->bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_->listen_after_bind(); });
        while (!server_->is_running()) std::this_thread::yield();
    }
    void TearDown() override {
        server_->stop();
        thread_.join();
    }

    [[nodiscard]] system::Descriptor connected() const {
        system::Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port_));
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address),
                  0);
        return socket;
    }
    /// All that comes until the other side closes.
    static std::string rest_of(const system::Descriptor& socket) {
        std::string all;
        std::array<char, 4096> space{};
        for (ssize_t got = 0; (got = ::recv(socket.get(), space.data(), space.size(), 0)) > 0;)
            all.append(space.data(), static_cast<std::size_t>(got));
        return all;
    }
    static void send(const system::Descriptor& socket, const std::string& text) {
        (void)::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    }

    std::unique_ptr<BoundedServer> server_;
    std::thread thread_;
    int port_ = 0;
};

BoundedServer::Bounds bounds(std::size_t bytes, int milliseconds) {
    BoundedServer::Bounds given;
    given.request_bytes = bytes;
    given.request_time = std::chrono::milliseconds(milliseconds);
    given.idle_time = std::chrono::milliseconds(200);
    return given;
}

TEST_F(ABoundedServer, AnswersSeveralRequestsOfOneConnection) {
    start(bounds(10'000, 60'000));
    const auto socket = connected();
    send(socket, "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto said = rest_of(socket);
    EXPECT_THAT(said, StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(said.substr(10), HasSubstr("HTTP/1.1 200"));
}

TEST_F(ABoundedServer, ClosesAfterABody) {
    start(bounds(10'000, 60'000));
    const auto socket = connected();
    send(socket,
         "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n");
    const auto said = rest_of(socket);
    EXPECT_THAT(said, StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(said, HasSubstr("Connection: close"));
    EXPECT_THAT(said, testing::EndsWith("\r\n\r\n3"));
}

TEST_F(ABoundedServer, CutsARequestThatIsTooLarge) {
    start(bounds(1'000, 60'000));
    const auto socket = connected();
    send(socket, "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(2'000, 'a') + "\r\n\r\n");
    EXPECT_THAT(rest_of(socket), testing::Not(HasSubstr("200")));
}

TEST_F(ABoundedServer, CutsARequestThatTakesTooLong) {
    start(bounds(10'000, 100));
    const auto socket = connected();
    send(socket, "GET / HTTP/1.1\r\nHost: x\r\n");
    EXPECT_THAT(rest_of(socket), testing::Not(HasSubstr("200")));
}

TEST_F(ABoundedServer, DoesNotWaitForThoseWhoSayNothingWhenItStops) {
    start(bounds(10'000, 3'600'000));
    const auto silent = connected();
    const auto half = connected();
    send(half, "GET / HTTP/1.1\r\n");
    server_->stop();
    EXPECT_THAT(rest_of(half), testing::Not(HasSubstr("200")));
    EXPECT_EQ(rest_of(silent), "");
}

}  // namespace
}  // namespace almagest::review
