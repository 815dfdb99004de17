#include "work/web_client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "error/error.h"
#include "work/public_address.h"

namespace almagest::work {
namespace {

constexpr int kMostRedirects = 5;
constexpr std::size_t kMostHeaderBytes = 64UL * 1024;
constexpr const char* kUserAgent =
    "Almagest/0.1 (reads pages that its user names; obeys robots.txt for \"almagest\")";

struct CurlCloser {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, CurlCloser>;
using Url = std::unique_ptr<CURLU, CurlCloser>;
using List = std::unique_ptr<curl_slist, CurlCloser>;

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
    return text;
}

/// One exchange as its callbacks see it.
struct Exchange {
    const config::IngestSettings& settings;
    std::size_t most_bytes;
    WebAnswer answer;
    std::size_t header_bytes = 0;
    bool too_large = false;
    bool refused_address = false;
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (exchange.answer.body.size() + count > exchange.most_bytes) {
        exchange.too_large = true;
        return 0;
    }
    exchange.answer.body.append(bytes, count);
    return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.header_bytes += count;
    if (exchange.header_bytes > kMostHeaderBytes) return 0;
    std::string_view line(bytes, count);
    if (line.starts_with("HTTP/")) exchange.answer.headers.clear();  // after an interim answer
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return count;
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    });
    line.remove_prefix(colon + 1);
    const std::size_t first = line.find_first_not_of(" \t");
    const std::size_t last = line.find_last_not_of(" \t\r\n");
    exchange.answer.headers[std::move(name)] =
        first == std::string_view::npos || last < first
            ? std::string()
            : std::string(line.substr(first, last - first + 1));
    return count;
}

/// The last moment before a connection: the address here is the one connected to, whatever a name
/// resolved to before.
curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (!exchange.settings.allow_private_addresses && !is_public(address->addr)) {
        exchange.refused_address = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void add_header(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
}

void set(CURL* handle, CURLoption option, auto value) {
    if (const CURLcode code = curl_easy_setopt(handle, option, value); code != CURLE_OK)
        throw PermanentError(std::string("cannot be asked for: ") + curl_easy_strerror(code));
}

WebAnswer ask(const WebAddress& address, const std::map<std::string, std::string>& known,
              const config::IngestSettings& settings, std::size_t most_bytes) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    const Handle handle(curl_easy_init());
    if (handle == nullptr) throw std::bad_alloc();
    Exchange exchange{settings, most_bytes, {}};
    List headers;
    if (const auto etag = known.find("etag"); etag != known.end())
        add_header(headers, "If-None-Match: " + etag->second);
    if (const auto date = known.find("last-modified"); date != known.end())
        add_header(headers, "If-Modified-Since: " + date->second);
    set(handle.get(), CURLOPT_URL, address.url.c_str());
    set(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle.get(), CURLOPT_FOLLOWLOCATION, 0L);
    set(handle.get(), CURLOPT_PROXY, "");  // behind one, the address cannot be judged
    set(handle.get(), CURLOPT_NOSIGNAL, 1L);
    set(handle.get(), CURLOPT_USERAGENT, kUserAgent);
    set(handle.get(), CURLOPT_ACCEPT_ENCODING, "");
    set(handle.get(), CURLOPT_CONNECTTIMEOUT, 10L);
    set(handle.get(), CURLOPT_TIMEOUT, static_cast<long>(settings.request_timeout_seconds));
    set(handle.get(), CURLOPT_HTTPHEADER, headers.get());
    set(handle.get(), CURLOPT_WRITEFUNCTION, &take_body);
    set(handle.get(), CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
    set(handle.get(), CURLOPT_HEADERFUNCTION, &take_header);
    set(handle.get(), CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
    set(handle.get(), CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(handle.get(), CURLOPT_OPENSOCKETDATA, static_cast<void*>(&exchange));
    const CURLcode code = curl_easy_perform(handle.get());
    if (exchange.refused_address)
        throw PermanentError(
            "leads to this machine or a local network, which is not read unless "
            "ingest.allow_private_addresses is true");
    if (exchange.too_large)
        throw PermanentError(
            fmt::format("has more bytes than ingest.maximum_page_bytes ({})", most_bytes));
    if (code == CURLE_OPERATION_TIMEDOUT)
        throw PermanentError(fmt::format("took longer than ingest.request_timeout_seconds ({})",
                                         settings.request_timeout_seconds));
    if (code != CURLE_OK)
        throw PermanentError(std::string("cannot be fetched: ") + curl_easy_strerror(code));
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &exchange.answer.status);
    exchange.answer.url = address.url;
    return std::move(exchange.answer);
}

bool is_redirect(long status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

WebAddress redirected(const WebAddress& from, const std::string& location) {
    const Url url(curl_url());
    if (url == nullptr) throw std::bad_alloc();
    if (curl_url_set(url.get(), CURLUPART_URL, from.url.c_str(), 0) != CURLUE_OK ||
        curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK)
        throw PermanentError("redirects to what is no http or https address");
    return web_address(part_of(url.get(), CURLUPART_URL));
}

}  // namespace

bool looks_like_address(const std::string& path) {
    const std::size_t colon = path.find("://");
    return colon != std::string::npos && colon > 0 &&
           std::all_of(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(colon),
                       [](unsigned char byte) { return std::isalnum(byte) != 0 || byte == '+'; });
}

WebAddress web_address(const std::string& text) {
    const Url url(curl_url());
    if (url == nullptr) throw std::bad_alloc();
    if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        throw PermanentError("is not an address");
    const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https")
        throw PermanentError(
            fmt::format("is an address of {}; only http and https are read", scheme));
    if (!part_of(url.get(), CURLUPART_USER).empty() ||
        !part_of(url.get(), CURLUPART_PASSWORD).empty())
        throw PermanentError("has a name or password in its address, which would be stored");
    curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
    WebAddress address;
    address.url = part_of(url.get(), CURLUPART_URL);
    address.origin = fmt::format("{}://{}:{}", scheme, part_of(url.get(), CURLUPART_HOST),
                                 part_of(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
    address.target = part_of(url.get(), CURLUPART_PATH);
    if (const auto query = part_of(url.get(), CURLUPART_QUERY); !query.empty())
        address.target += "?" + query;
    return address;
}

void WebClient::wait_for_turn(const std::string& origin) {
    if (settings_.requests_per_minute == 0) return;
    const std::chrono::milliseconds between(60'000 / settings_.requests_per_minute);
    if (const auto before = asked_.find(origin); before != asked_.end())
        std::this_thread::sleep_until(before->second + between);
    asked_[origin] = std::chrono::steady_clock::now();
}

WebAnswer WebClient::follow(WebAddress address, const std::map<std::string, std::string>& known,
                            bool for_robots) {
    for (int hop = 0;; ++hop) {
        if (!for_robots && !rules_of(address).allows(address.target))
            throw PermanentError(
                fmt::format("is not to be read by programs, says {}/robots.txt", address.origin));
        wait_for_turn(address.origin);
        auto answer = ask(address, known, settings_, settings_.maximum_page_bytes);
        const auto location = answer.headers.find("location");
        if (!is_redirect(answer.status) || location == answer.headers.end()) return answer;
        if (hop == kMostRedirects)
            throw PermanentError(fmt::format("redirects more than {} times", kMostRedirects));
        address = redirected(address, location->second);
    }
}

const text::RobotsRules& WebClient::rules_of(const WebAddress& address) {
    if (const auto known = robots_.find(address.origin); known != robots_.end())
        return known->second;
    if (const auto why = without_robots_.find(address.origin); why != without_robots_.end())
        throw PermanentError(why->second);
    std::string rules;
    try {
        const auto answer = follow(web_address(address.origin + "/robots.txt"), {}, true);
        if (answer.status >= 500 || answer.status == 429)
            throw PermanentError(fmt::format("the server answers {}", answer.status));
        if (answer.status >= 200 && answer.status < 300) rules = answer.body;
    } catch (const PermanentError& error) {
        // RFC 9309: as long as the rules cannot be read, everything is forbidden.
        const std::string why =
            fmt::format("is not read, for {}/robots.txt {}", address.origin, error.what());
        without_robots_.emplace(address.origin, why);
        throw PermanentError(why);
    }
    return robots_.emplace(address.origin, text::RobotsRules(rules, "almagest")).first->second;
}

WebAnswer WebClient::get(const WebAddress& address,
                         const std::map<std::string, std::string>& known) {
    return follow(address, known, false);
}

}  // namespace almagest::work
