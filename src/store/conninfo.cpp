#include "store/conninfo.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <memory>

#include "error/error.h"

namespace almagest::store {
namespace {

struct OptionsFree {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, OptionsFree>;

struct ConnectionFinish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};

ConnectionParameters set_values(const Options& options) {
    ConnectionParameters parameters;
    for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr;
         ++option) {
        if (option->val != nullptr) {
            parameters.emplace(option->keyword, option->val);
        }
    }
    return parameters;
}

/// What PGHOST and its like say, where the text leaves it open.
std::string value_or_default(const ConnectionParameters& parameters, const std::string& keyword) {
    if (const auto found = parameters.find(keyword); found != parameters.end()) {
        return found->second;
    }
    const auto defaults = set_values(Options(PQconndefaults()));
    const auto found = defaults.find(keyword);
    return found == defaults.end() ? "" : found->second;
}

/// Longest waits; SET by the start-up packet, so that they hold without a further round trip.
constexpr auto session_options =
    "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c statement_timeout=120s";

}  // namespace

std::string make_conninfo(const ConnectionParameters& parameters) {
    std::string text;
    for (const auto& [keyword, value] : parameters) {
        text += fmt::format("{}{}='", text.empty() ? "" : " ", keyword);
        for (const char character : value) {
            if (character == '\'' || character == '\\') {
                text += '\\';
            }
            text += character;
        }
        text += '\'';
    }
    return text;
}

ConnectionParameters parse_conninfo(const std::string& text) {
    const Options options(PQconninfoParse(text.c_str(), nullptr));
    if (!options) {
        throw UsageError(
            "the database's address is not one that PostgreSQL understands; write it as "
            "postgres://user@host:5432/database");
    }
    return set_values(options);
}

std::string with_session_settings(const std::string& text, const std::string& application_name) {
    auto parameters = parse_conninfo(text);
    parameters["client_encoding"] = "UTF8";
    parameters.try_emplace("application_name", application_name);
    parameters.try_emplace("connect_timeout", "10");
    parameters.try_emplace("keepalives_idle", "30");
    // The person's own options come last and win.
    parameters["options"] = parameters.contains("options")
                                ? fmt::format("{} {}", session_options, parameters["options"])
                                : session_options;
    return make_conninfo(parameters);
}

std::string describe_server(const std::string& text) {
    const auto parameters = parse_conninfo(text);
    auto host = value_or_default(parameters, "host");
    if (host.empty()) {
        host = value_or_default(parameters, "hostaddr");
    }
    const auto port = value_or_default(parameters, "port");
    auto database = value_or_default(parameters, "dbname");
    if (database.empty()) {
        database = value_or_default(parameters, "user");
    }
    const auto place = host.empty()            ? std::string("the local socket")
                       : host.starts_with('/') ? fmt::format("socket folder {}", host)
                                               : fmt::format("{}:{}", host, port);
    return fmt::format("database {} at {}", database, place);
}

std::string refusal_sqlstate(const std::string& conninfo) {
    constexpr int patience = 10'000;  // milliseconds
    const std::unique_ptr<PGconn, ConnectionFinish> connection(PQconnectStart(conninfo.c_str()));
    // One that failed at once has no socket to wait for.
    if (!connection || PQstatus(connection.get()) == CONNECTION_BAD) {
        return "";
    }
    PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
    for (auto next = PGRES_POLLING_WRITING;
         next == PGRES_POLLING_WRITING || next == PGRES_POLLING_READING;) {
        pollfd wait{PQsocket(connection.get()),
                    static_cast<short>(next == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
        if (::poll(&wait, 1, patience) <= 0) {
            return "";
        }
        next = PQconnectPoll(connection.get());
    }
    // "connection to server … failed: FATAL:  28P01"
    constexpr std::size_t length = 5;
    std::string message = PQerrorMessage(connection.get());
    while (!message.empty() && message.back() == '\n') {
        message.pop_back();
    }
    const auto label = message.rfind("FATAL:  ");
    return label == std::string::npos || message.size() < label + 8 + length
               ? ""
               : message.substr(label + 8, length);
}

}  // namespace almagest::store
