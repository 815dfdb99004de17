#pragma once

#include <httplib.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "review/reviewers.h"

namespace almagest::review {

/// Who asks, and the secret that their posts must bring.
struct Visitor {
    std::string name;
    Role role = Role::reader;
    std::string csrf;        ///< "" where the request brought its token itself
    std::string csrf_given;  ///< what came with the request
};

/// What hosts the pages are reached by.
struct Doors {
    std::string host = "127.0.0.1";  ///< listened at
    int port = 0;
    std::vector<std::string> names;  ///< further names that a browser may know the machine by
    bool allow_remote = false;       ///< then any numeric address is a name too
};

/// A refusal: HTTP status and one sentence.
struct Refusal {
    int status = 403;
    std::string sentence;
};

/// Decides whether a request may come in. A token opens: as `Authorization: Bearer`, or as a
/// cookie for which it was exchanged once. Thread-safe.
class Gate {
  public:
    using Clock = std::function<std::chrono::system_clock::time_point()>;
    static constexpr auto kSession = std::chrono::hours(12);

    Gate(Reviewers reviewers, Doors doors, Clock clock = std::chrono::system_clock::now);

    /// The Host that a request names must be this server, or a page of another origin could have
    /// its name point here (DNS rebinding); a post must come from a page of ours.
    [[nodiscard]] std::optional<Refusal> check_origin(const httplib::Request& request) const;
    /// nullopt: nobody we know.
    [[nodiscard]] std::optional<Visitor> visitor(const httplib::Request& request) const;
    /// May this visitor change anything?
    [[nodiscard]] static std::optional<Refusal> check_change(const Visitor& visitor);

    /// The Set-Cookie header for whom this token belongs to; nullopt for nobody's.
    [[nodiscard]] std::optional<std::string> cookie_for(std::string_view token) const;
    [[nodiscard]] std::string forgetting_cookie() const;
    /// HOST:PORT for an address that a person types.
    [[nodiscard]] std::string address() const;

  private:
    [[nodiscard]] const Reviewer* owner_of(const std::string& session) const;
    [[nodiscard]] std::string cookie_name() const;
    [[nodiscard]] bool is_our_name(std::string host) const;

    Reviewers reviewers_;
    Doors doors_;
    Clock clock_;
};

/// Is this an address of this machine alone?
[[nodiscard]] bool is_loopback(const std::string& host);

}  // namespace almagest::review
