#include "transfer/export_tables.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "store/snapshot.h"
#include "transfer/graphml.h"
#include "transfer/new_folder.h"
#include "transfer/turtle.h"

namespace almagest::transfer {
namespace {

using nlohmann::ordered_json;
using store::ExportTable;

const char* name_of(ExportFormat format) {
    switch (format) {
        case ExportFormat::csv:
            return "csv";
        case ExportFormat::json_lines:
            return "jsonl";
        case ExportFormat::graphml:
            return "graphml";
        case ExportFormat::turtle:
            break;
    }
    return "turtle";
}

const char* shape_of(ExportFormat format) {
    if (format == ExportFormat::graphml) return "nodes";
    return format == ExportFormat::turtle ? "triples" : "rows";
}

ordered_json columns_of(const ExportTable& table) {
    auto columns = ordered_json::array();
    for (const auto& column : table.columns) {
        ordered_json one{{"name", column.name}, {"type", column.type}};
        if (!column.references.empty()) one["references"] = column.references;
        columns.push_back(std::move(one));
    }
    return columns;
}

class Export {
  public:
    Export(store::Snapshot& snapshot, std::vector<ExportTable> tables, const ExportOptions& options,
           std::filesystem::path folder, const OnRows& on_rows)
        : snapshot_(&snapshot),
          tables_(std::move(tables)),
          options_(&options),
          folder_(std::move(folder)),
          on_rows_(&on_rows) {}

    /// The manifest's files and tables.
    ordered_json write() {
        switch (options_->format) {
            case ExportFormat::csv:
            case ExportFormat::json_lines:
                table_files();
                break;
            case ExportFormat::graphml:
                graph();
                break;
            case ExportFormat::turtle:
                turtle();
                break;
        }
        return {{"rows", all_rows_}, {"files", files_}, {"tables", described_}};
    }

  private:
    void count(std::uint64_t& rows) {
        ++rows;
        if (++all_rows_ % 1000 == 0 && *on_rows_) (*on_rows_)(all_rows_);
    }

    void describe(const ExportTable& table, std::uint64_t rows) {
        described_.push_back({{"table", table.table},
                              {"kind", table.kind},
                              {"key", table.key},
                              {"rows", rows},
                              {"columns", columns_of(table)}});
    }

    void table_files() {
        const bool csv = options_->format == ExportFormat::csv;
        for (const auto& table : tables_) {
            NewFile file(folder_, table.short_name() + (csv ? ".csv" : ".jsonl"));
            std::uint64_t rows = 0;
            bool head = csv;
            const auto on_row = [&](std::string_view row) {
                file.add(row);
                if (!std::exchange(head, false)) count(rows);
            };
            if (csv)
                snapshot_->read_csv(table.query, on_row);
            else
                snapshot_->read_json(table.query, on_row);
            auto written = described(file.close());
            written["table"] = table.table;
            written["rows"] = rows;
            files_.push_back(std::move(written));
            describe(table, rows);
        }
    }

    void read(const ExportTable& table,
              const std::function<void(const store::Snapshot::Fields&)>& on_row) {
        std::uint64_t rows = 0;
        snapshot_->read_fields(table.query, [&](const store::Snapshot::Fields& fields) {
            on_row(fields);
            count(rows);
        });
        describe(table, rows);
    }

    void graph() {
        NewFile file(folder_, "graph.graphml");
        GraphMl graph(tables_, [&file](std::string_view bytes) { file.add(bytes); });
        for (const bool edges : {false, true})
            for (const auto& table : tables_)
                if (GraphMl::is_edge(table) == edges)
                    read(table, [&](const auto& row) { graph.element(table, row); });
        for (const auto& table : tables_)
            if (!GraphMl::is_edge(table) && table.kind != "dimension")
                snapshot_->read_fields(table.query,
                                       [&](const auto& row) { graph.subject_edges(table, row); });
        graph.finish();
        auto written = described(file.close());
        written["nodes"] = graph.nodes();
        written["edges"] = graph.edges();
        files_.push_back(std::move(written));
    }

    void turtle() {
        NewFile file(folder_, "almagest.ttl");
        Turtle turtle(tables_, options_->iri_base,
                      [&file](std::string_view bytes) { file.add(bytes); });
        for (const auto& table : tables_)
            read(table, [&](const auto& row) { turtle.row(table, row); });
        auto written = described(file.close());
        written["triples"] = turtle.triples();
        files_.push_back(std::move(written));
    }

    store::Snapshot* snapshot_;
    std::vector<ExportTable> tables_;
    const ExportOptions* options_;
    std::filesystem::path folder_;
    const OnRows* on_rows_;
    std::uint64_t all_rows_ = 0;
    ordered_json files_ = ordered_json::array();
    ordered_json described_ = ordered_json::array();
};

}  // namespace

ordered_json export_tables(const store::Database& database, const std::filesystem::path& folder,
                           const ExportOptions& options, const std::stop_token& stop,
                           const OnRows& on_rows) {
    NewFolder target(folder, "export", options.replace);
    store::Snapshot snapshot(database, stop);
    auto tables = snapshot.plan(
        options.tenant_id, {shape_of(options.format), options.promoted_only, options.with_text});
    ordered_json manifest{
        {"almagest", "export"},
        {"format", name_of(options.format)},
        {"tenant", options.tenant},
        {"exported_at",
         fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(
                                                  std::chrono::system_clock::now())))},
        {"promoted_only", options.promoted_only},
        {"with_text", options.with_text}};
    if (options.format == ExportFormat::turtle) manifest["iri_base"] = options.iri_base;
    manifest.update(Export(snapshot, std::move(tables), options, target.path(), on_rows).write());
    target.publish(manifest);
    return manifest;
}

}  // namespace almagest::transfer
