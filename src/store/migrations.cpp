#include "store/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <set>

#include "error/error.h"
#include "store/sql_files.h"
#include "store/sqlstate.h"

namespace almagest::store {
namespace {

/// SHA-256 by name, as the database remembers them.
struct Applied {
    std::map<std::string, std::string> migrations;
    std::map<std::string, std::string> objects;
};

/// What is to be done.
struct Plan {
    std::vector<const SqlFile*> migrations;
    std::vector<const SqlFile*> objects;
    std::vector<std::string> vanished;  ///< objects without a file any more
    [[nodiscard]] bool nothing() const {
        return migrations.empty() && objects.empty() && vanished.empty();
    }
};

constexpr auto bookkeeping = R"sql(
CREATE SCHEMA IF NOT EXISTS almagest_schema;
CREATE TABLE IF NOT EXISTS almagest_schema.migration (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS almagest_schema.object (
    path text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON SCHEMA almagest_schema IS 'which files of database/ are applied; written by almagest db migrate';
)sql";

Applied read_applied(pqxx::work& work) {
    Applied applied;
    // Read from the catalogue itself: to_regclass may answer from before the wait for our lock.
    const auto exists = work.exec1(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid "
        "= "
        "c.relnamespace WHERE n.nspname = 'almagest_schema' AND c.relname = 'object')");
    if (!exists[0].as<bool>()) {
        return applied;
    }
    const auto rows = work.exec(
        "SELECT true, name, sha256 FROM almagest_schema.migration "
        "UNION ALL SELECT false, path, sha256 FROM almagest_schema.object");
    for (const auto& row : rows) {
        auto& kind = row[0].as<bool>() ? applied.migrations : applied.objects;
        kind.emplace(row[1].as<std::string>(), row[2].as<std::string>());
    }
    return applied;
}

void refuse_changed_history(const SqlFiles& files, const Applied& applied) {
    std::map<std::string, const SqlFile*> present;
    for (const auto& migration : files.migrations) {
        present.emplace(migration.name, &migration);
    }
    for (const auto& [name, sha256] : applied.migrations) {
        const auto found = present.find(name);
        if (found == present.end()) {
            throw PermanentError(
                fmt::format("{} was applied to this database but is not among this program's "
                            "migrations; the database "
                            "is of a newer Almagest, so use that one",
                            name));
        }
        if (found->second->sha256 != sha256) {
            throw PermanentError(
                fmt::format("{} was changed after it was applied to this database; restore its "
                            "text and write a new "
                            "migration for the change",
                            name));
        }
    }
}

Plan make_plan(const SqlFiles& files, const Applied& applied) {
    refuse_changed_history(files, applied);
    Plan plan;
    for (const auto& migration : files.migrations) {
        if (applied.migrations.contains(migration.name)) {
            continue;
        }
        if (!applied.migrations.empty() && migration.name < applied.migrations.rbegin()->first) {
            throw PermanentError(fmt::format(
                "{} comes before {}, which is applied already; give it a greater number",
                migration.name, applied.migrations.rbegin()->first));
        }
        plan.migrations.push_back(&migration);
    }
    std::set<std::string> present;
    for (const auto& object : files.objects) {
        present.insert(object.name);
        const auto known = applied.objects.find(object.name);
        // A migration may have dropped what it had to change, so all are made again after one.
        if (!plan.migrations.empty() || known == applied.objects.end() ||
            known->second != object.sha256) {
            plan.objects.push_back(&object);
        }
    }
    for (const auto& [name, sha256] : applied.objects) {
        if (!present.contains(name)) {
            plan.vanished.push_back(name);
        }
    }
    return plan;
}

/// What PostgreSQL says about a file, to be thrown if it stays so.
struct Failure {
    std::string sqlstate;
    std::string sentence;
};

Failure failure_in(const SqlFile& file, const pqxx::sql_error& error) {
    const auto line = statement_line(error.what());
    return {error.sqlstate(), fmt::format("database/{}{}: {}", file.name,
                                          line > 0 ? fmt::format(", line {}", line) : "",
                                          one_sentence(error.what(), error.sqlstate()))};
}

void apply_migration(pqxx::work& work, const SqlFile& file) {
    try {
        work.exec(file.text);
    } catch (const pqxx::sql_error& error) {
        const auto failure = failure_in(file, error);
        throw_database_error(failure.sqlstate, failure.sentence);
    }
    work.exec_params("INSERT INTO almagest_schema.migration (name, sha256) VALUES ($1, $2)",
                     file.name, file.sha256);
}

/// nullopt when it applied.
std::optional<Failure> try_object(pqxx::work& work, const SqlFile& file) {
    try {
        pqxx::subtransaction attempt(work);
        attempt.exec(file.text);
        attempt.commit();
    } catch (const pqxx::sql_error& error) {
        if (remedy_of(error.sqlstate()) == Remedy::retry || error.sqlstate().empty()) {
            throw;
        }
        return failure_in(file, error);
    }
    work.exec_params(
        "INSERT INTO almagest_schema.object (path, sha256) VALUES ($1, $2) ON CONFLICT (path) DO "
        "UPDATE "
        "SET sha256 = excluded.sha256, applied_at = excluded.applied_at",
        file.name, file.sha256);
    return std::nullopt;
}

/// Files may use one another, so what fails is tried again as long as anything else succeeds.
void apply_objects(pqxx::work& work, std::vector<const SqlFile*> left) {
    while (!left.empty()) {
        std::vector<const SqlFile*> failed;
        std::optional<Failure> first;
        for (const auto* file : left) {
            if (auto failure = try_object(work, *file)) {
                failed.push_back(file);
                if (!first) {
                    first = std::move(failure);
                }
            }
        }
        if (failed.size() == left.size()) {
            throw_database_error(first->sqlstate, first->sentence);
        }
        left = std::move(failed);
    }
}

std::vector<std::string> names(const std::vector<const SqlFile*>& files) {
    std::vector<std::string> result;
    std::ranges::transform(files, std::back_inserter(result), &SqlFile::name);
    return result;
}

MigrationReport apply(pqxx::work& work, const SqlFiles& files) {
    // Whoever comes second waits here for as long as it takes and then finds nothing to do.
    work.exec(
        "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL "
        "idle_in_transaction_session_timeout = 0");
    work.exec("SELECT pg_advisory_xact_lock(hashtextextended('almagest_schema', 0))");
    const auto plan = make_plan(files, read_applied(work));
    if (plan.nothing()) {
        return {};
    }
    work.exec(bookkeeping);
    for (const auto* migration : plan.migrations) {
        apply_migration(work, *migration);
    }
    apply_objects(work, plan.objects);
    for (const auto& name : plan.vanished) {
        work.exec_params("DELETE FROM almagest_schema.object WHERE path = $1", name);
    }
    return {names(plan.migrations), names(plan.objects)};
}

}  // namespace

MigrationReport migrate(Connection& connection, const std::filesystem::path& folder) {
    const auto files = read_sql_files(folder);
    bool up_to_date = false;
    connection.transaction(
        [&](pqxx::work& work) { up_to_date = make_plan(files, read_applied(work)).nothing(); });
    MigrationReport report;
    if (!up_to_date) {
        connection.transaction([&](pqxx::work& work) { report = apply(work, files); });
    }
    return report;
}

}  // namespace almagest::store
