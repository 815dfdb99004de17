#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "config/settings.h"
#include "text/robots.h"

namespace almagest::work {

/// A web address in its normal form.
struct WebAddress {
    std::string url;     ///< without a fragment
    std::string origin;  ///< scheme, host and port
    std::string target;  ///< path and query
};

/// Is it meant as an address and not as a file's name?
[[nodiscard]] bool looks_like_address(const std::string& path);

/// Throws PermanentError for what is no http or https address, or one with a password in it.
[[nodiscard]] WebAddress web_address(const std::string& url);

struct WebAnswer {
    long status = 0;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
    std::string url;  ///< where redirects led
};

/// Reads web pages as a polite and careful visitor: robots.txt is obeyed, one host is asked at a
/// measured pace, and no address is connected to that is not public, unless the settings allow it.
/// One thread.
class WebClient {
  public:
    explicit WebClient(const config::IngestSettings& settings) : settings_(settings) {}

    /// `known` are headers of an earlier answer ("etag", "last-modified"): where it still holds,
    /// the status is 304. Follows five redirects. Throws PermanentError with the reason when there
    /// is no answer or robots.txt forbids it.
    [[nodiscard]] WebAnswer get(const WebAddress& address,
                                const std::map<std::string, std::string>& known);

  private:
    WebAnswer follow(WebAddress address, const std::map<std::string, std::string>& known,
                     bool for_robots);
    const text::RobotsRules& rules_of(const WebAddress& address);
    void wait_for_turn(const std::string& origin);

    const config::IngestSettings& settings_;
    std::map<std::string, text::RobotsRules> robots_;
    std::map<std::string, std::string> without_robots_;  // why they could not be read
    std::map<std::string, std::chrono::steady_clock::time_point> asked_;
};

}  // namespace almagest::work
