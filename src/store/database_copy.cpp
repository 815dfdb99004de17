#include "store/database_copy.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>
#include <pqxx/pqxx>
#include <utility>
#include <vector>

#include "error/error.h"
#include "store/child_process.h"
#include "store/conninfo.h"
#include "store/database.h"
#include "store/postgres_programs.h"

namespace almagest::store {
namespace {

/// libpq's environment variables, so that no password stands on a command line.
std::vector<std::string> as_environment(const std::string& conninfo) {
    char* complaint = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(conninfo.c_str(), &complaint), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> freed(complaint, &PQfreemem);
    if (!options) throw UsageError("the database's address cannot be read; see --database");
    std::vector<std::string> variables;
    for (const auto* option = options.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr && option->envvar != nullptr)
            variables.push_back(fmt::format("{}={}", option->envvar, option->val));
    return variables;
}

std::string name_of_database(const std::string& conninfo) {
    const auto parameters = parse_conninfo(conninfo);
    const auto found = parameters.find("dbname");
    if (found == parameters.end())
        throw UsageError("the database's address names no database; add its name to --database");
    return found->second;
}

std::string with_database(const std::string& conninfo, const std::string& name) {
    auto parameters = parse_conninfo(conninfo);
    parameters["dbname"] = name;
    return make_conninfo(parameters);
}

std::string quoted(const std::string& name) {
    std::string text = "\"";
    for (const char letter : name) text += letter == '"' ? "\"\"" : std::string(1, letter);
    return text + '"';
}

/// The first line of what a program says, without its name.
std::string first_line(std::string said, const std::string& program) {
    said.resize(std::min(said.find('\n'), said.size()));
    for (const auto& prefix : {program + ": ", std::string("error: ")})
        if (said.starts_with(prefix)) said.erase(0, prefix.size());
    return said;
}

/// Without our longest waits: what makes or drops a database takes as long as it takes.
Connection patient(const std::string& conninfo) {
    Connection connection(conninfo, "almagest restore");
    connection.statement("SET statement_timeout = 0; SET lock_timeout = 0");
    return connection;
}

}  // namespace

DatabaseCopy::DatabaseCopy(std::string conninfo, const config::ClusterSettings& settings,
                           std::stop_token stop)
    : conninfo_(std::move(conninfo)),
      programs_(find_postgres(settings.bin_folder, std::nullopt).folder),
      stop_(std::move(stop)) {}

void DatabaseCopy::run(const std::string& program, std::vector<std::string> arguments,
                       const std::string& database) const {
    arguments.insert(arguments.begin(), (programs_ / program).string());
    const auto result = run_program(arguments, std::nullopt, {},
                                    as_environment(with_database(conninfo_, database)), stop_);
    if (stop_.stop_requested()) throw Stopped();
    if (result.status == 127)
        throw UsageError(fmt::format("{} is not in {}; install the package postgresql-client",
                                     program, programs_.string()));
    if (result.status != 0)
        throw PermanentError(fmt::format("{} ended with {}: {}", program, result.status,
                                         first_line(result.output, program)));
}

void DatabaseCopy::dump(const std::filesystem::path& file) const {
    run("pg_dump", {"--format=custom", "--no-owner", "--no-password", "--file=" + file.string()},
        name_of_database(conninfo_));
}

Holdings DatabaseCopy::holdings() const {
    Holdings held;
    const auto name = name_of_database(conninfo_);
    bool exists = false;
    bool is_known = false;
    patient(with_database(conninfo_, "postgres")).transaction([&](pqxx::work& work) {
        exists = !work.exec_params("SELECT FROM pg_catalog.pg_database WHERE datname = $1", name)
                      .empty();
    });
    if (!exists) return held;
    patient(conninfo_).transaction([&](pqxx::work& work) {
        is_known = !work.exec1("SELECT to_regprocedure('llm.fn_holdings()')")[0].is_null();
        if (!is_known) {
            // Of an older Almagest, or somebody else's: anything there counts.
            held.pages =
                work.exec1(
                        "SELECT count(*) FROM pg_catalog.pg_class WHERE relkind = 'r' AND "
                        "relnamespace "
                        "NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)")
                    [0]
                        .as<std::int64_t>();
            return;
        }
        const auto row = work.exec1("SELECT pages, entities, runs, jobs FROM llm.fn_holdings()");
        held = {row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>(),
                row[3].as<std::int64_t>()};
    });
    return held;
}

void DatabaseCopy::restore(const std::filesystem::path& file,
                           const std::function<void(const std::string& conninfo)>& prepare) const {
    const auto name = name_of_database(conninfo_);
    const auto fresh = name + "_restoring";
    const auto old = name + "_replaced";
    auto server = patient(with_database(conninfo_, "postgres"));
    // Left by a restore that was killed.
    for (const auto& left : {fresh, old})
        server.statement(fmt::format("DROP DATABASE IF EXISTS {}", quoted(left)));
    server.statement(
        fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", quoted(fresh)));
    try {
        run("pg_restore",
            {"--exit-on-error", "--single-transaction", "--no-owner", "--no-password",
             "--dbname=" + fresh, file.string()},
            fresh);
        prepare(with_database(conninfo_, fresh));
        patient(with_database(conninfo_, fresh)).statement("ANALYZE");
        if (stop_.stop_requested()) throw Stopped();
        server.transaction([&](pqxx::work& work) {
            const auto exists =
                !work.exec_params("SELECT FROM pg_catalog.pg_database WHERE datname = $1", name)
                     .empty();
            if (exists)
                work.exec(fmt::format("ALTER DATABASE {} RENAME TO {}", quoted(name), quoted(old)));
            work.exec(fmt::format("ALTER DATABASE {} RENAME TO {}", quoted(fresh), quoted(name)));
        });
    } catch (...) {
        server.statement(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(fresh)));
        throw;
    }
    server.statement(fmt::format("DROP DATABASE IF EXISTS {}", quoted(old)));
}

}  // namespace almagest::store
