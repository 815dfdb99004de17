#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "review/gate.h"
#include "store/database.h"

namespace almagest::review {

struct ServerOptions {
    Doors doors;  ///< port 0 takes a free one
    int tenant_id = 1;
    std::string tenant = "default";
    std::filesystem::path lake;
};

/// Serves the review pages, their JSON interface and /metrics over HTTP, from threads of its own,
/// until it is destroyed; requests in hand are answered first. Every request needs a token, but
/// for the page that asks for it.
class WebServer {
  public:
    /// `database` must outlive the server. Throws UsageError when the address cannot be listened
    /// at.
    WebServer(const store::Database& database, Reviewers reviewers, const ServerOptions& options);
    ~WebServer();
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

    /// http://HOST:PORT with the port that is in use.
    [[nodiscard]] const std::string& url() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almagest::review
