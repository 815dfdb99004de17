#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <pqxx/transaction>
#include <pqxx/transaction_base>
#include <string>

#include "config/settings.h"

namespace almagest::store {

/// One connection; reconnects by itself at the next transaction after it was lost. Owned by one
/// thread.
class Connection {
  public:
    Connection(const std::string& conninfo, const std::string& application_name);
    /// `on_open`: statements that each new session begins with.
    Connection(const std::string& conninfo, const std::string& application_name,
               std::string on_open);
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;

    /// Runs `body` in one transaction and commits; rolls back when it throws. Database errors come
    /// out as LeaseLost (AL001), UsageError (AL002, AL004, AL005), TransientError (lost connection,
    /// deadlock, serialization, lock or statement timeout, resources) or PermanentError, each with
    /// the server's message and, by `sqlstate_of`, its SQLSTATE. Does not retry.
    void transaction(const std::function<void(pqxx::work&)>& body);

    /// The same for a body of exactly one statement, which is a transaction by itself: one round
    /// trip instead of three.
    void one_statement(const std::function<void(pqxx::transaction_base&)>& body);

    /// Runs one text of statements as it is, in one round trip. Throws as transaction() does.
    void statement(const std::string& text);

    /// What has something to read when a NOTIFY arrives that the session LISTENs to, or when the
    /// server ends it; -1 while there is no session.
    [[nodiscard]] int socket() const;
    /// Takes in the notifications that have arrived; were there any?
    [[nodiscard]] bool take_notifications();

    /// Ends a query that is running in another thread of this process (for a stop). Thread-safe.
    void cancel() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Where the database is, ready to use: private cluster started, migrations applied.
class Database {
  public:
    /// `url` is the command line's --database; without it the private cluster under `places.home`
    /// is made and started on demand. Migrates unless `migrate` is false. Throws UsageError,
    /// TransientError (does not start, with the end of its log) or PermanentError.
    [[nodiscard]] static Database open(const config::Settings& settings,
                                       const config::Places& places,
                                       const std::optional<std::string>& url, bool migrate = true);
    [[nodiscard]] Connection connect(const std::string& purpose) const;
    /// `on_open`: statements that each new session begins with.
    [[nodiscard]] Connection connect(const std::string& purpose, std::string on_open) const;
    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }

  private:
    explicit Database(std::string conninfo) : conninfo_(std::move(conninfo)) {}
    std::string conninfo_;
};

}  // namespace almagest::store
