#include "store/sqlstate.h"

#include <fmt/format.h>

#include <charconv>
#include <pqxx/pqxx>
#include <vector>

namespace almagest::store {
namespace {

/// Beside an error's own type: the SQLSTATE that it came with.
class WithSqlstate {
  public:
    explicit WithSqlstate(std::string sqlstate) : sqlstate_(std::move(sqlstate)) {}
    virtual ~WithSqlstate() = default;
    [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }

  protected:
    WithSqlstate(const WithSqlstate&) = default;
    WithSqlstate& operator=(const WithSqlstate&) = default;

  private:
    std::string sqlstate_;
};

template <class Base>
class DatabaseError : public Base, public WithSqlstate {
  public:
    DatabaseError(const std::string& sqlstate, const std::string& sentence)
        : Base(sentence), WithSqlstate(sqlstate) {}
};

bool is_ours(std::string_view sqlstate) {
    return sqlstate.starts_with("AL");
}

/// The message's lines with the severity ("ERROR:  ") cut off the first.
std::vector<std::string> lines_of(std::string_view message) {
    std::vector<std::string> lines;
    while (!message.empty()) {
        const auto end = message.find('\n');
        lines.emplace_back(message.substr(0, end));
        message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
    }
    for (const std::string_view severity : {"ERROR:  ", "FATAL:  ", "PANIC:  "}) {
        if (!lines.empty() && lines.front().starts_with(severity)) {
            lines.front().erase(0, severity.size());
        }
    }
    return lines;
}

/// The rest of the first line that starts with `label`, or "".
std::string labelled(const std::vector<std::string>& lines, std::string_view label) {
    for (const auto& line : lines) {
        if (line.starts_with(label)) {
            const auto start = line.find_first_not_of(' ', label.size());
            return start == std::string::npos ? "" : line.substr(start);
        }
    }
    return "";
}

[[noreturn]] void throw_lost_connection(const char* what) {
    const auto lines = lines_of(what);
    throw_database_error(
        "08006",
        fmt::format("the connection to the database was lost ({}); the work can be repeated",
                    lines.empty() ? "no reason given" : lines.front()));
}

[[noreturn]] void throw_translated(const std::string& sqlstate, const char* what) {
    throw_database_error(sqlstate, one_sentence(what, sqlstate));
}

}  // namespace

Remedy remedy_of(std::string_view sqlstate) {
    if (sqlstate == "AL001") {
        return Remedy::lease_lost;
    }
    for (const std::string_view misuse :
         {"AL002", "AL004", "AL005", "AL011", "AL012", "AL013", "AL016", "AL017", "AL018", "AL019",
          "AL022", "AL024", "AL025"}) {
        if (sqlstate == misuse) {
            return Remedy::usage;
        }
    }
    for (const std::string_view passing :
         {"08", "40", "53", "25006", "25P03", "55P03", "57014", "57P0"}) {
        if (sqlstate.starts_with(passing)) {
            return Remedy::retry;
        }
    }
    return Remedy::none;
}

std::string sqlstate_of(const std::exception& error) {
    const auto* with = dynamic_cast<const WithSqlstate*>(&error);
    return with == nullptr ? "" : with->sqlstate();
}

void throw_database_error(const std::string& sqlstate, const std::string& sentence) {
    switch (remedy_of(sqlstate)) {
        case Remedy::lease_lost:
            throw DatabaseError<LeaseLost>(sqlstate, sentence);
        case Remedy::usage:
            throw DatabaseError<UsageError>(sqlstate, sentence);
        case Remedy::retry:
            throw DatabaseError<TransientError>(sqlstate, sentence);
        case Remedy::none:
            break;
    }
    throw DatabaseError<PermanentError>(sqlstate, sentence);
}

std::string one_sentence(std::string_view server_message, std::string_view sqlstate) {
    const auto lines = lines_of(server_message);
    std::string sentence = lines.empty() ? "the database gave no reason" : lines.front();
    for (const std::string_view label : {"DETAIL:", "HINT:"}) {
        if (const auto text = labelled(lines, label); !text.empty()) {
            sentence += "; " + text;
        }
    }
    if (is_ours(sqlstate)) {
        return sentence;
    }
    if (const auto where = labelled(lines, "CONTEXT:"); !where.empty()) {
        sentence += " in " + where;
    }
    return sqlstate.empty() ? sentence : fmt::format("{} (SQLSTATE {})", sentence, sqlstate);
}

int statement_line(std::string_view server_message) {
    constexpr std::string_view label = "\nLINE ";
    const auto found = server_message.find(label);
    int line = 0;
    if (found != std::string_view::npos) {
        const auto digits = server_message.substr(found + label.size());
        std::from_chars(digits.data(), digits.data() + digits.size(), line);
    }
    return line;
}

void rethrow_translated(bool connection_lost) {
    try {
        throw;
    } catch (const pqxx::in_doubt_error&) {
        throw_database_error(
            "08007",
            "the connection to the database was lost during a commit, so it is not known "
            "whether the work was stored; repeating it is safe");
    } catch (const pqxx::deadlock_detected& error) {
        throw_translated("40P01", error.what());
    } catch (const pqxx::serialization_failure& error) {
        throw_translated("40001", error.what());
    } catch (const pqxx::statement_completion_unknown& error) {
        throw_translated("40003", error.what());
    } catch (const pqxx::transaction_rollback& error) {
        throw_translated("40000", error.what());
    } catch (const pqxx::too_many_connections& error) {
        throw_translated("53300", error.what());
    } catch (const pqxx::broken_connection& error) {
        throw_lost_connection(error.what());
    } catch (const pqxx::sql_error& error) {
        if (error.sqlstate().empty() && connection_lost) {
            throw_lost_connection(error.what());
        }
        throw_translated(error.sqlstate(), error.what());
    } catch (const pqxx::pqxx_exception& error) {
        throw PermanentError(
            fmt::format("the database answered something unexpected: {}", error.base().what()));
    }
}

}  // namespace almagest::store
