#include "model/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <optional>
#include <utility>

#include "error/error.h"

namespace almagest::model {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// CURL and CURLM are both void: a deleter each.
struct EasyDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MultiDeleter {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// libcurl asks for one call of this before threads use it.
void initialise_curl() {
    static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result != CURLE_OK) {
        throw PermanentError("libcurl cannot be initialised");
    }
}

std::string seconds(milliseconds duration) {
    return fmt::format("{:g} s", static_cast<double>(duration.count()) / 1000.0);
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// A loopback endpoint is never asked through a proxy.
bool is_loopback(const std::string& url) {
    for (const auto* host : {"://localhost", "://127.", "://[::1]"}) {
        if (url.find(host) != std::string::npos) {
            return true;
        }
    }
    return false;
}

}  // namespace

/// A multi handle, which holds the kept connections, and the one easy handle that it drives.
struct HttpClient::Transfer {
    std::unique_ptr<CURLM, MultiDeleter> multi{curl_multi_init()};
    std::unique_ptr<CURL, EasyDeleter> easy{curl_easy_init()};
};

namespace {

/// One exchange's state between libcurl's callbacks and the loop.
class Exchange {
  public:
    explicit Exchange(const HttpRequest& request) : request_(&request) {}

    void prepare(CURL* easy);
    /// Throws when a limit in time has passed; else how long until the next one.
    [[nodiscard]] milliseconds time_left(Clock::time_point now) const;
    [[nodiscard]] bool has_enough() const { return enough_since_.has_value(); }
    [[nodiscard]] bool waited_enough(Clock::time_point now) const {
        return enough_since_ && now - *enough_since_ > milliseconds(200);
    }
    void rethrow() const {
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }
    [[noreturn]] void throw_for(CURLcode code) const;
    [[nodiscard]] HttpResponse take() { return std::move(response_); }

  private:
    static std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* self);
    static std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* self);
    void header(std::string_view line);
    void body(std::string_view bytes);

    const HttpRequest* request_;
    HttpResponse response_;
    std::unique_ptr<curl_slist, ListDeleter> headers_;
    std::array<char, CURL_ERROR_SIZE> message_{};
    std::exception_ptr failure_;
    Clock::time_point started_ = Clock::now();
    std::optional<Clock::time_point> last_byte_;
    std::optional<Clock::time_point> enough_since_;
};

void Exchange::prepare(CURL* easy) {
    curl_easy_reset(easy);
    const auto& request = *request_;
    const auto add_header = [this](const std::string& line) {
        headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
    };
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, message_.data());
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(request.timeouts.connect.count()));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 8L);
    if (!request.unix_socket.empty()) {
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
    }
    if (!request.unix_socket.empty() || is_loopback(request.url)) {
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    }
    if (!request.body.empty()) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
        add_header("Content-Type: application/json");
        add_header("Expect:");
    }
    if (!request.api_key.empty()) {
        add_header("Authorization: Bearer " + request.api_key);
    }
    if (request.resume_from > 0) {
        // Not RESUME_FROM, which fails where the other side sends the whole file instead.
        const auto range = std::to_string(request.resume_from) + "-";
        curl_easy_setopt(easy, CURLOPT_RANGE, range.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

milliseconds Exchange::time_left(Clock::time_point now) const {
    const auto& limits = request_->timeouts;
    const auto& who = request_->endpoint;
    const auto total = started_ + limits.total;
    if (now >= total) {
        throw TransientError(
            fmt::format("{} did not finish its answer within {} (llm.total_timeout)", who,
                        seconds(limits.total)));
    }
    const auto next = last_byte_ ? *last_byte_ + limits.idle : started_ + limits.first_byte;
    if (now >= next) {
        throw TransientError(
            last_byte_ ? fmt::format(
                             "{} went silent in the middle of its answer for {} (llm.idle_timeout)",
                             who, seconds(limits.idle))
                       : fmt::format("{} sent nothing back within {} (llm.first_byte_timeout)", who,
                                     seconds(limits.first_byte)));
    }
    return std::chrono::ceil<milliseconds>(std::min(total, next) - now);
}

std::size_t Exchange::on_header(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.last_byte_ = Clock::now();
    exchange.header({bytes, count});
    return count;
}

std::size_t Exchange::on_body(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.last_byte_ = Clock::now();
    try {
        exchange.body({bytes, count});
    } catch (...) {
        exchange.failure_ = std::current_exception();
        return count == 0 ? 1 : 0;  // any other number than `count` ends the transfer
    }
    return count;
}

void Exchange::header(std::string_view line) {
    auto& head = response_.head;
    if (line.starts_with("HTTP/")) {
        head = {};
        const auto space = line.find(' ');
        if (space != std::string_view::npos) {
            const auto digits = line.substr(space + 1);
            std::from_chars(digits.data(), digits.data() + digits.size(), head.status);
        }
        return;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
        return;
    }
    const auto name = lower(line.substr(0, colon));
    const auto value = trimmed(line.substr(colon + 1));
    if (name == "content-type") {
        head.content_type = lower(value);
    } else if (name == "retry-after") {
        head.retry_after = value;
    } else if (name == "location") {
        head.location = value;
    } else if (name == "content-length") {
        std::from_chars(value.data(), value.data() + value.size(), head.content_length);
    }
}

void Exchange::body(std::string_view bytes) {
    if (enough_since_) {
        return;
    }
    if (request_->on_data) {
        if (!request_->on_data(response_.head, bytes)) {
            enough_since_ = Clock::now();
        }
        return;
    }
    if (response_.body.size() + bytes.size() > request_->maximum_bytes) {
        throw PermanentError(fmt::format(
            "{} sent more than {} bytes (llm.maximum_answer_bytes); its answer was dropped",
            request_->endpoint, request_->maximum_bytes));
    }
    response_.body.append(bytes);
}

void Exchange::throw_for(CURLcode code) const {
    const auto& who = request_->endpoint;
    const std::string detail = message_[0] != '\0' ? message_.data() : curl_easy_strerror(code);
    switch (code) {
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            if (detail.find("HTTP/0.9") != std::string::npos) {
                throw PermanentError(
                    fmt::format("{} does not speak HTTP; check {}", who, request_->setting));
            }
            throw UsageError(
                fmt::format("{} is not an http or https URL: {}", request_->url, detail));
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
            throw CannotConnect(
                fmt::format("{} cannot be reached ({}); check that it runs and that {} is right",
                            who, detail, request_->setting));
        case CURLE_OPERATION_TIMEDOUT:
            throw TransientError(
                fmt::format("{} accepted no connection within {} (llm.connect_timeout)", who,
                            seconds(request_->timeouts.connect)));
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
            throw PermanentError(
                fmt::format("{} has a certificate that is not trusted ({})", who, detail));
        case CURLE_WEIRD_SERVER_REPLY:
            throw PermanentError(
                fmt::format("{} does not speak HTTP; check {}", who, request_->setting));
        default:
            throw TransientError(fmt::format(
                "{} closed the connection before its answer was complete ({})", who, detail));
    }
}

/// Takes the easy handle off the multi handle however the exchange ends.
class Attached {
  public:
    Attached(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) {
        curl_multi_add_handle(multi_, easy_);
    }
    ~Attached() { curl_multi_remove_handle(multi_, easy_); }
    Attached(const Attached&) = delete;
    Attached& operator=(const Attached&) = delete;

  private:
    CURLM* multi_;
    CURL* easy_;
};

/// nullopt while it still runs.
std::optional<CURLcode> result_of(CURLM* multi) {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) {
            return message->data.result;
        }
    }
    return std::nullopt;
}

void drive(CURLM* multi, CURL* easy, Exchange& exchange, const std::stop_token& stop) {
    const Attached attached(multi, easy);
    const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
    for (;;) {
        if (stop.stop_requested()) {
            throw Stopped();
        }
        int running = 0;
        curl_multi_perform(multi, &running);
        exchange.rethrow();
        if (const auto result = result_of(multi)) {
            if (*result != CURLE_OK && !exchange.has_enough()) {
                exchange.throw_for(*result);
            }
            return;
        }
        const auto now = Clock::now();
        if (exchange.waited_enough(now)) {
            return;
        }
        const auto wait = exchange.has_enough() ? milliseconds(50) : exchange.time_left(now);
        curl_multi_poll(multi, nullptr, 0,
                        static_cast<int>(std::min<long long>(wait.count(), 60'000)), nullptr);
    }
}

}  // namespace

HttpClient::HttpClient() {
    initialise_curl();
}
HttpClient::~HttpClient() = default;

std::unique_ptr<HttpClient::Transfer> HttpClient::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto transfer = std::move(idle_.back());
            idle_.pop_back();
            return transfer;
        }
    }
    auto transfer = std::make_unique<Transfer>();
    if (!transfer->multi || !transfer->easy) {
        throw TransientError("libcurl has no memory for another connection");
    }
    return transfer;
}

HttpResponse HttpClient::perform(const HttpRequest& request, std::stop_token stop) {
    auto transfer = take();
    Exchange exchange(request);
    exchange.prepare(transfer->easy.get());
    drive(transfer->multi.get(), transfer->easy.get(), exchange, stop);
    // The handle must not point into this frame while it waits in the pool.
    curl_easy_reset(transfer->easy.get());
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(transfer));
    return exchange.take();
}

}  // namespace almagest::model
