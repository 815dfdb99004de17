#include <fmt/format.h>
#include <poll.h>

#include <mutex>
#include <pqxx/pqxx>
#include <utility>

#include "error/error.h"
#include "store/conninfo.h"
#include "store/database.h"
#include "store/sqlstate.h"

namespace almagest::store {
namespace {

/// What went wrong while connecting, by what can be done about it.
[[noreturn]] void throw_refused(const std::string& conninfo, const std::string& reason) {
    const auto server = describe_server(conninfo);
    const auto sqlstate = refusal_sqlstate(conninfo);
    if (sqlstate.empty()) {
        throw_database_error("08001",
                             fmt::format("{} does not answer; check that the server runs and can "
                                         "be reached, then try again",
                                         server));
    }
    if (remedy_of(sqlstate) == Remedy::retry) {
        throw_database_error(sqlstate, fmt::format("{} takes no connection now: {}", server,
                                                   one_sentence(reason, sqlstate)));
    }
    throw UsageError(fmt::format(
        "{} refuses us: {}; check its user, password and name (SQLSTATE {})", server,
        one_sentence(reason.substr(std::min(reason.find("FATAL:"), reason.size())), ""), sqlstate));
}

/// A connection to the server whose notices are not printed.
struct Session {
    explicit Session(const std::string& conninfo) : connection(conninfo), quiet(connection) {}
    pqxx::connection connection;
    pqxx::quiet_errorhandler quiet;
};

std::unique_ptr<Session> connect_to(const std::string& conninfo, const std::string& on_open) {
    try {
        auto fresh = std::make_unique<Session>(conninfo);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        // We connect anew ourselves, where `cancel` in another thread cannot meet it half-way.
        fresh->connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
        if (!on_open.empty()) pqxx::nontransaction(fresh->connection).exec(on_open);
        return fresh;
    } catch (const pqxx::broken_connection& error) {
        throw_refused(conninfo, error.what());
    }
}

}  // namespace

struct Connection::State {
    std::string conninfo;
    std::string on_open;
    std::mutex guard;  ///< of the pointer, not of what it points to
    std::unique_ptr<Session> session;

    void replace(std::unique_ptr<Session> by) {
        const std::lock_guard lock(guard);
        std::swap(session, by);
    }

    [[nodiscard]] bool is_open() const { return session && session->connection.is_open(); }

    void ensure_open() {
        if (!is_open()) {
            replace(nullptr);
            replace(connect_to(conninfo, on_open));
        }
    }

    /// A connection that was cut while idle has something to read: the server's last words, then
    /// the end.
    void ensure_alive() {
        ensure_open();
        try {
            while (is_open() && has_something_to_read()) (void)session->connection.get_notifs();
        } catch (const pqxx::failure&) {
            replace(nullptr);
        }
        ensure_open();
    }
    [[nodiscard]] bool has_something_to_read() const {
        pollfd socket{session->connection.sock(), POLLIN, 0};
        return ::poll(&socket, 1, 0) > 0;
    }

    /// Starts a transaction; a connection that was cut while idle shows only now.
    std::unique_ptr<pqxx::work> begin() {
        ensure_open();
        try {
            return std::make_unique<pqxx::work>(session->connection);
        } catch (const pqxx::failure&) {
            if (is_open()) {
                throw;
            }
        }
        ensure_open();
        return std::make_unique<pqxx::work>(session->connection);
    }
};

Connection::Connection(const std::string& conninfo, const std::string& application_name)
    : Connection(conninfo, application_name, {}) {}

Connection::Connection(const std::string& conninfo, const std::string& application_name,
                       std::string on_open)
    : state_(std::make_unique<State>()) {
    state_->conninfo = with_session_settings(conninfo, application_name);
    state_->on_open = std::move(on_open);
}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

void Connection::transaction(const std::function<void(pqxx::work&)>& body) {
    try {
        const auto work = state_->begin();
        body(*work);
        work->commit();
    } catch (...) {
        rethrow_translated(!state_->is_open());
    }
}

void Connection::one_statement(const std::function<void(pqxx::transaction_base&)>& body) {
    try {
        state_->ensure_alive();
        pqxx::nontransaction plain(state_->session->connection);
        body(plain);
    } catch (...) {
        rethrow_translated(!state_->is_open());
    }
}

void Connection::statement(const std::string& text) {
    try {
        state_->ensure_open();
        pqxx::nontransaction plain(state_->session->connection);
        plain.exec(text);
    } catch (...) {
        rethrow_translated(!state_->is_open());
    }
}

int Connection::socket() const {
    return state_->is_open() ? state_->session->connection.sock() : -1;
}

bool Connection::take_notifications() {
    try {
        return state_->is_open() && state_->session->connection.get_notifs() > 0;
    } catch (const pqxx::failure&) {
        state_->replace(nullptr);
        return false;
    }
}

void Connection::cancel() noexcept {
    const std::lock_guard lock(state_->guard);
    try {
        if (state_->session) {
            state_->session->connection.cancel_query();
        }
    } catch (const std::exception&) {
        // A query that cannot be reached any more has ended already.
    }
}

}  // namespace almagest::store
