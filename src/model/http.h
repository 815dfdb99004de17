#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "model/chat.h"

namespace almagest::model {

/// Nobody listens there, so nothing was asked.
class CannotConnect : public EndpointUnusable {
  public:
    using EndpointUnusable::EndpointUnusable;
};

struct HttpTimeouts {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds first_byte{60'000};  ///< from sending to the first byte back
    std::chrono::milliseconds idle{60'000};        ///< between bytes
    std::chrono::milliseconds total{120'000};
};

struct HttpHead {
    long status = 0;
    std::string content_type;  ///< lower case, as sent
    std::string retry_after;
    std::string location;
    long long content_length = -1;
};

struct HttpRequest {
    std::string endpoint;                  ///< the name that error sentences give the other side
    std::string setting = "llm.endpoint";  ///< what a person may have to correct
    std::string url;
    std::string unix_socket;  ///< path; empty: by the URL's host
    std::string body;         ///< empty: GET, else POST of application/json
    std::string api_key;      ///< empty: none; sent as a bearer token, in no message or log
    HttpTimeouts timeouts;
    std::size_t maximum_bytes = 4UL * 1024 * 1024;  ///< of a body that is kept here
    long long resume_from = 0;                      ///< first byte wanted
    bool follow_redirects = false;
    /// Takes the body as it comes, from the calling thread, instead of its being kept; false when
    /// no more is needed. May throw; the exception leaves perform().
    std::function<bool(const HttpHead& head, std::string_view bytes)> on_data;
};

struct HttpResponse {
    HttpHead head;
    std::string body;
};

/// HTTP over libcurl with connections kept for the next call. Thread-safe: each call has a handle
/// of its own from a pool.
class HttpClient {
  public:
    HttpClient();
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// One exchange, whatever the status. Throws Stopped at once when `stop` is requested;
    /// CannotConnect when nobody listens; TransientError when the other side is too slow, or ends
    /// in the middle; PermanentError for what is not HTTP, a refused certificate or a body over
    /// maximum_bytes; UsageError for a URL that is none.
    [[nodiscard]] HttpResponse perform(const HttpRequest& request, std::stop_token stop = {});

  private:
    struct Transfer;
    [[nodiscard]] std::unique_ptr<Transfer> take();

    std::mutex mutex_;
    std::vector<std::unique_ptr<Transfer>> idle_;
};

}  // namespace almagest::model
