#include "review/gate.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "system/secret.h"

namespace almagest::review {
namespace {

constexpr std::string_view bearer = "Bearer ";

std::int64_t seconds_of(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string signature(const Reviewer& reviewer, std::string_view until) {
    return system::hmac_sha256(reviewer.token, fmt::format("session {}", until));
}

std::string csrf_of(const Reviewer& reviewer, const std::string& session) {
    return system::hmac_sha256(reviewer.token, "csrf " + session);
}

bool is_numeric_address(const std::string& host) {
    in6_addr space{};
    return inet_pton(AF_INET, host.c_str(), &space) == 1 ||
           inet_pton(AF_INET6, host.c_str(), &space) == 1;
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

/// The value of one cookie of a request, or "".
std::string cookie(const httplib::Request& request, const std::string& name) {
    const auto header = request.get_header_value("Cookie");
    std::size_t at = 0;
    while (at < header.size()) {
        at = header.find_first_not_of(" ;", at);
        if (at == std::string::npos) break;
        const auto end = std::min(header.find(';', at), header.size());
        if (header.compare(at, name.size() + 1, name + "=") == 0)
            return header.substr(at + name.size() + 1, end - at - name.size() - 1);
        at = end;
    }
    return "";
}

}  // namespace

bool is_loopback(const std::string& host) {
    in_addr four{};
    if (inet_pton(AF_INET, host.c_str(), &four) == 1) return host.starts_with("127.");
    return host == "::1" || host == "localhost";
}

Gate::Gate(Reviewers reviewers, Doors doors, Clock clock)
    : reviewers_(std::move(reviewers)), doors_(std::move(doors)), clock_(std::move(clock)) {}

std::string Gate::address() const {
    return fmt::format("{}:{}", bracketed(doors_.host), doors_.port);
}

bool Gate::is_our_name(std::string host) const {
    const auto port = fmt::format(":{}", doors_.port);
    const bool has_port = host.ends_with(port);
    if (has_port) host.resize(host.size() - port.size());
    const auto is_named = [&host](const std::string& name) { return bracketed(name) == host; };
    // A proxy in front of us may serve a name of its own at a port of its own.
    if (std::any_of(doors_.names.begin(), doors_.names.end(), [&](const std::string& name) {
            return is_named(name) || host.starts_with(bracketed(name) + ":");
        }))
        return true;
    if (!has_port && doors_.port != 80) return false;
    if (is_named("localhost") || is_named("127.0.0.1") || is_named("::1") || is_named(doors_.host))
        return true;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return doors_.allow_remote && is_numeric_address(host);
}

std::optional<Refusal> Gate::check_origin(const httplib::Request& request) const {
    const auto host = request.get_header_value("Host");
    if (request.get_header_value_count("Host") != 1 || !is_our_name(host))
        return Refusal{421, "this server is not known by that name; open " + address() +
                                ", or start it with --name NAME"};
    if (request.method != "POST") return std::nullopt;
    const auto origin = request.get_header_value("Origin");
    if (!origin.empty() && origin != "http://" + host && origin != "https://" + host)
        return Refusal{403, "posts are taken only from this server's own pages"};
    const auto site = request.get_header_value("Sec-Fetch-Site");
    if (!site.empty() && site != "same-origin" && site != "none")
        return Refusal{403, "posts are taken only from this server's own pages"};
    return std::nullopt;
}

std::string Gate::cookie_name() const {
    return fmt::format("almagest_{}", doors_.port);  // cookies are not kept apart by port
}

const Reviewer* Gate::owner_of(const std::string& session) const {
    const auto dot = session.find('.');
    if (dot == std::string::npos) return nullptr;
    std::int64_t until = 0;
    const auto [end, failure] = std::from_chars(session.data(), session.data() + dot, until);
    if (failure != std::errc{} || end != session.data() + dot) return nullptr;
    const Reviewer* owner = nullptr;
    for (const auto& reviewer : reviewers_.all())
        if (system::is_same_secret(signature(reviewer, session.substr(0, dot)),
                                   session.substr(dot + 1)))
            owner = &reviewer;
    return until > seconds_of(clock_()) ? owner : nullptr;
}

std::optional<Visitor> Gate::visitor(const httplib::Request& request) const {
    if (const auto header = request.get_header_value("Authorization"); header.starts_with(bearer)) {
        const auto* reviewer = reviewers_.of_secret(header.substr(bearer.size()));
        if (reviewer == nullptr) return std::nullopt;
        return Visitor{reviewer->name, reviewer->role, "", ""};
    }
    const auto session = cookie(request, cookie_name());
    const auto* reviewer = session.empty() ? nullptr : owner_of(session);
    if (reviewer == nullptr) return std::nullopt;
    return Visitor{reviewer->name, reviewer->role, csrf_of(*reviewer, session),
                   request.get_header_value("X-CSRF-Token")};
}

std::optional<Refusal> Gate::check_change(const Visitor& visitor) {
    // Only a browser sends cookies by itself, so only there a post may be another's.
    if (!visitor.csrf.empty() && !system::is_same_secret(visitor.csrf, visitor.csrf_given))
        return Refusal{403, "the request lacks its X-CSRF-Token; load the page again"};
    if (visitor.role != Role::reviewer)
        return Refusal{403, visitor.name + " is a reader, and only a reviewer decides"};
    return std::nullopt;
}

std::optional<std::string> Gate::cookie_for(std::string_view token) const {
    const auto* reviewer = reviewers_.of_secret(token);
    if (reviewer == nullptr) return std::nullopt;
    const auto until = std::to_string(seconds_of(clock_() + kSession));
    return fmt::format("{}={}.{}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}", cookie_name(),
                       until, signature(*reviewer, until),
                       std::chrono::duration_cast<std::chrono::seconds>(kSession).count());
}

std::string Gate::forgetting_cookie() const {
    return fmt::format("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", cookie_name());
}

}  // namespace almagest::review
