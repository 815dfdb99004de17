#include <libpq-fe.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <system_error>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"

namespace almagest::cli {
namespace {

/// psql finds the server through libpq's environment variables, so that no password stands on a
/// command line.
void connect_by_environment(const std::string& conninfo) {
    char* complaint = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(conninfo.c_str(), &complaint), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> freed(complaint, &PQfreemem);
    if (!options) throw UsageError("the database's address cannot be read; see --database");
    for (const auto* option = options.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr && option->envvar != nullptr)
            setenv(option->envvar, option->val, 1);  // NOLINT(concurrency-mt-unsafe): about to exec
}

int sql(Session& session, const std::string& query) {
    if (session.json && !query.empty()) {
        print_json({{"rows", session.rows(query)}});
        return Exit::done;
    }
    connect_by_environment(session.database().conninfo());
    std::vector<const char*> arguments{"psql", "-X"};
    if (!query.empty())
        arguments.insert(arguments.end(),
                         {"-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", query.c_str()});
    arguments.push_back(nullptr);
    std::cout.flush();
    execvp("psql", const_cast<char* const*>(arguments.data()));
    throw UsageError(std::string("psql cannot be started (") +
                     std::generic_category().message(errno) +
                     "); install the package postgresql-client-15");
}

}  // namespace

void add_sql(CLI::App& program, Action& action) {
    auto query = std::make_shared<std::string>();
    auto* command =
        program.add_subcommand("sql", "psql on the database; with a query, tab-separated rows");
    command->add_option("QUERY", *query, "one statement");
    command->footer(
        "Example:\n  almagest sql \"SELECT entity_name, entity_type FROM dbo.dim_entity ORDER BY "
        "1\"");
    command->callback(
        [&action, query] { action = [query](Session& session) { return sql(session, *query); }; });
}

}  // namespace almagest::cli
