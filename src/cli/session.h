#pragma once

#include <csignal>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "config/settings.h"
#include "contract/job_type.h"
#include "store/database.h"
#include "store/knowledge.h"

namespace almagest::cli {

/// Exit codes, as documented in README.md.
enum Exit : int { done = 0, failed = 1, usage = 2, partly = 3, interrupted = 130 };

/// What one invocation of the program works with: the options that every command takes, and what
/// they lead to, opened when first asked for. One thread.
class Session {
  public:
    std::optional<std::string> database_url;
    std::optional<std::string> config_file;
    std::string tenant = "default";
    bool json = false;
    bool quiet = false;

    [[nodiscard]] const config::Places& places();
    [[nodiscard]] const config::Settings& settings();
    /// Pages are read as the profile of this model wants it: the command line's --model.
    void read_with(const std::optional<std::string>& model);
    /// The database, migrated, with the tenant, the job types and the thresholds in place.
    [[nodiscard]] const store::Database& database();
    [[nodiscard]] store::Connection& connection();
    [[nodiscard]] int tenant_id();
    [[nodiscard]] const contract::Registry& registry();
    /// Rows of a query named in code, with the tenant where the query wants one.
    [[nodiscard]] nlohmann::json rows(const std::string& query,
                                      const std::vector<std::string>& arguments = {});

  private:
    std::optional<config::Places> places_;
    std::optional<config::Settings> settings_;
    std::optional<store::Database> database_;
    std::optional<store::Connection> connection_;
    std::optional<contract::Registry> registry_;
    std::optional<int> tenant_id_;
};

/// The name of the person at the keyboard, for what the database remembers about who did what.
[[nodiscard]] std::string operator_name();

/// Requested by the first SIGINT or SIGTERM; the second ends the program at once with exit code
/// 130. Starts the thread that waits for the signals: call before any other thread starts.
[[nodiscard]] std::stop_token stop_on_signals();

}  // namespace almagest::cli
