#include "store/snapshot.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "error/error.h"
#include "store/conninfo.h"
#include "store/sqlstate.h"

namespace almagest::store {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr std::string_view settings =
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET datestyle = "
    "'ISO'; SET timezone = 'UTC'; SET extra_float_digits = 1; SET bytea_output = 'hex'; "
    "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// A row as COPY writes it: fields parted by tabs, a line's end after the last.
void split_fields(std::string_view row, Snapshot::Fields& fields) {
    fields.clear();
    if (row.ends_with('\n')) row.remove_suffix(1);
    for (;;) {
        const std::size_t tab = row.find('\t');
        const auto field = row.substr(0, tab);
        if (field == "\\N") {
            fields.emplace_back();
        } else {
            auto& text = fields.emplace_back(std::in_place).value();
            for (std::size_t i = 0; i < field.size(); ++i) {
                if (field[i] != '\\' || i + 1 == field.size()) {
                    text += field[i];
                    continue;
                }
                constexpr std::string_view letters = "bfnrtv";
                constexpr std::string_view meant = "\b\f\n\r\t\v";
                const std::size_t at = letters.find(field[++i]);
                text += at == std::string_view::npos ? field[i] : meant[at];
            }
        }
        if (tab == std::string_view::npos) return;
        row.remove_prefix(tab + 1);
    }
}

std::string text_of(const PGresult* result, int row, int column) {
    return PQgetisnull(result, row, column) != 0 ? "" : PQgetvalue(result, row, column);
}

}  // namespace

struct Snapshot::State {
    State(const std::string& conninfo, std::stop_token asked)
        : connection(PQconnectdb(conninfo.c_str()), &PQfinish), stop(std::move(asked)) {}

    [[noreturn]] void fail(const PGresult* result) const {
        const char* sqlstate =
            result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const std::string code = sqlstate == nullptr ? "08006" : sqlstate;
        throw_database_error(code, one_sentence(PQerrorMessage(connection.get()), code));
    }

    void run(const std::string& statements) const {
        const Result result(PQexec(connection.get(), statements.c_str()), &PQclear);
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get());
    }

    std::unique_ptr<PGconn, decltype(&PQfinish)> connection;
    std::stop_token stop;
};

Snapshot::Snapshot(const Database& database, std::stop_token stop)
    : state_(std::make_unique<State>(with_session_settings(database.conninfo(), "almagest export"),
                                     std::move(stop))) {
    if (PQstatus(state_->connection.get()) != CONNECTION_OK) state_->fail(nullptr);
    state_->run(std::string(settings));
}

Snapshot::~Snapshot() = default;

std::vector<ExportTable> Snapshot::plan(int tenant_id, const ExportChoice& choice) {
    const auto tenant = std::to_string(tenant_id);
    const std::vector<const char*> values{tenant.c_str(), choice.shape.c_str(),
                                          choice.promoted_only ? "true" : "false",
                                          choice.with_text ? "true" : "false"};
    const Result result(
        PQexecParams(state_->connection.get(),
                     "SELECT table_name, kind, key_column, label_column, to_json(ends), columns, "
                     "query FROM dbo.fn_export_plan($1::int, $2::text, $3::bool, $4::bool)",
                     static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0),
        &PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) state_->fail(result.get());
    std::vector<ExportTable> tables;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        ExportTable table;
        table.table = text_of(result.get(), row, 0);
        table.kind = text_of(result.get(), row, 1);
        table.key = text_of(result.get(), row, 2);
        table.label = text_of(result.get(), row, 3);
        table.ends = nlohmann::json::parse(text_of(result.get(), row, 4));
        for (const auto& column : nlohmann::json::parse(text_of(result.get(), row, 5)))
            table.columns.push_back(
                {column["name"], column["type"],
                 column["references"].is_null() ? "" : column["references"].get<std::string>()});
        table.query = text_of(result.get(), row, 6);
        tables.push_back(std::move(table));
    }
    return tables;
}

void Snapshot::copy(const std::string& statement, const OnBytes& on_row) {
    auto* connection = state_->connection.get();
    const Result begun(PQexec(connection, statement.c_str()), &PQclear);
    if (PQresultStatus(begun.get()) != PGRES_COPY_OUT) state_->fail(begun.get());
    for (;;) {
        if (state_->stop.stop_requested()) throw Stopped();
        char* bytes = nullptr;
        const int length = PQgetCopyData(connection, &bytes, 0);
        const std::unique_ptr<char, decltype(&PQfreemem)> owned(bytes, &PQfreemem);
        if (length < 0) break;
        on_row({bytes, static_cast<std::size_t>(length)});
    }
    for (;;) {
        const Result ended(PQgetResult(connection), &PQclear);
        if (!ended) return;
        if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK) state_->fail(ended.get());
    }
}

void Snapshot::read_csv(const std::string& query, const OnBytes& on_row) {
    copy(fmt::format("COPY ({}) TO STDOUT (FORMAT csv, HEADER true)", query), on_row);
}

void Snapshot::read_json(const std::string& query, const OnBytes& on_row) {
    // JSON holds no control characters, so that this CSV quotes and escapes nothing.
    copy(fmt::format("COPY (SELECT row_to_json(r) FROM ({}) r) TO STDOUT (FORMAT csv, QUOTE "
                     "E'\\x01', DELIMITER E'\\x02')",
                     query),
         on_row);
}

void Snapshot::read_fields(const std::string& query,
                           const std::function<void(const Fields&)>& on_row) {
    Fields fields;
    copy(fmt::format("COPY ({}) TO STDOUT", query), [&](std::string_view row) {
        split_fields(row, fields);
        on_row(fields);
    });
}

}  // namespace almagest::store
