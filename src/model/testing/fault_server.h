#pragma once

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace almagest::model::testing {

/// A folder that goes with the test.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "almagest-model-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() {
        std::error_code failure;
        std::filesystem::remove_all(path_, failure);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// A real HTTP server on a free loopback port; set handlers before start().
class LoopbackServer {
  public:
    ~LoopbackServer() {
        server.stop();
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    void start() {
        port_ = server.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server.listen_after_bind(); });
        while (!server.is_running()) {  // stop() before that would be lost
            std::this_thread::yield();
        }
    }
    [[nodiscard]] std::string url(const std::string& path = "/v1") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }

    httplib::Server server;

  private:
    int port_ = 0;
    std::thread thread_;
};

/// Takes one connection, reads a whole request, sends `bytes`, and then closes, or keeps the line
/// open in silence until it is destroyed.
class RawServer {
  public:
    enum class Then { close, keep_silent };

    RawServer(std::string bytes, Then then) : bytes_(std::move(bytes)), then_(then) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // A port that is not to be had shows as a connection refused.
        (void)::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 4);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~RawServer() {
        ::shutdown(listener_, SHUT_RDWR);
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_all();
        thread_.join();
        ::close(listener_);
    }
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(port_) + "/v1";
    }
    /// Waits until a request has come and its answer was sent.
    void wait_until_answered() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return answered_; });
    }

  private:
    void serve() {
        const int connection = ::accept(listener_, nullptr, nullptr);
        if (connection < 0) {
            return;
        }
        std::string request;
        std::size_t wanted = std::string::npos;
        while (request.size() < wanted) {
            char block[4096];
            const auto count = ::recv(connection, block, sizeof block, 0);
            if (count <= 0) {
                break;
            }
            request.append(block, static_cast<std::size_t>(count));
            const auto end = request.find("\r\n\r\n");
            if (wanted == std::string::npos && end != std::string::npos) {
                const auto length = request.find("Content-Length: ");
                wanted = end + 4 + (length < end ? std::stoul(request.substr(length + 16)) : 0);
            }
        }
        ::send(connection, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
        std::unique_lock lock(mutex_);
        answered_ = true;
        changed_.notify_all();
        if (then_ == Then::keep_silent) {
            changed_.wait(lock, [this] { return over_; });
        }
        ::close(connection);
    }

    std::string bytes_;
    Then then_;
    int listener_ = -1;
    int port_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool answered_ = false;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace almagest::model::testing
