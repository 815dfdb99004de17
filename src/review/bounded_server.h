#pragma once

#include <httplib.h>

#include <chrono>

namespace almagest::review {

/// An HTTP server that gives each request so many bytes and so long, whatever its parts: httplib
/// bounds single lines and single reads, so that a slow or endless request would hold a thread.
/// Responses go as they are, never packed.
class BoundedServer : public httplib::Server {
  public:
    struct Bounds {
        std::size_t request_bytes = 1024UL * 1024 + 32UL * 1024;  ///< line, headers and body
        std::chrono::milliseconds request_time{10'000};           ///< to send all of it
        std::chrono::milliseconds response_time{60'000};          ///< to take all of the response
        std::chrono::milliseconds idle_time{3'000};  ///< between requests of one connection
        int requests_a_connection = 100;
    };
    explicit BoundedServer(Bounds bounds) : bounds_(bounds) {}

    /// How many connections may wait to be accepted; httplib lets five, and more were reset. When
    /// bound.
    void let_wait(int connections) const;

  private:
    bool process_and_close_socket(socket_t socket) override;

    Bounds bounds_;
};

}  // namespace almagest::review
