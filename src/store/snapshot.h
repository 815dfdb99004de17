#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace almagest::store {

struct ExportColumn {
    std::string name;
    std::string type;  ///< PostgreSQL's name of it
    std::string
        references;  ///< the table that a foreign key leads to, with its schema; "" for none
};

/// A table of an export, as dbo.fn_export_plan says.
struct ExportTable {
    std::string table;  ///< with its schema: dbo.dim_entity
    std::string kind;
    std::string key;
    std::string label;              ///< the column that names a row for a person; "" for none
    std::vector<std::string> ends;  ///< columns that lead to dimensions
    std::vector<ExportColumn> columns;
    std::string query;
    [[nodiscard]] std::string short_name() const { return table.substr(table.find('.') + 1); }
};

struct ExportChoice {
    std::string shape = "rows";  ///< rows, nodes or triples
    bool promoted_only = false;
    bool with_text = true;  ///< of pages, chunks and quotes
};

/// One consistent picture of the database, of the moment of its making, read row by row: memory
/// holds one row. Owns a connection and a read-only transaction. One thread. Throws what
/// Connection::transaction throws, and Stopped when `stop` is requested.
class Snapshot {
  public:
    Snapshot(const Database& database, std::stop_token stop);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    [[nodiscard]] std::vector<ExportTable> plan(int tenant_id, const ExportChoice& choice);

    using OnBytes = std::function<void(std::string_view)>;
    /// CSV of a query with a line of names first; each call gets one row with its line's end.
    void read_csv(const std::string& query, const OnBytes& on_row);
    /// A JSON object a row, one a line.
    void read_json(const std::string& query, const OnBytes& on_row);

    using Fields = std::vector<std::optional<std::string>>;
    /// The fields of each row as text (dates and times as ISO 8601 in UTC); nullopt for null.
    void read_fields(const std::string& query, const std::function<void(const Fields&)>& on_row);

  private:
    struct State;
    void copy(const std::string& statement, const OnBytes& on_row);
    std::unique_ptr<State> state_;
};

}  // namespace almagest::store
