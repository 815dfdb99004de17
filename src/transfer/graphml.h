#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/snapshot.h"

namespace almagest::transfer {

/// Text for XML 1.0, for elements and attributes: line ends, tabs and what XML cannot hold are kept
/// in a form that a reader gives back, but for control characters, which become their pictures
/// (U+2400 and following), and U+FFFE and U+FFFF, which become U+FFFD. Takes UTF-8.
[[nodiscard]] std::string xml_text(std::string_view utf8);

/// Writes a GraphML document piece by piece: rows of dimensions, and facts, as nodes, rows of
/// bridges as edges between them, and an edge from a fact's subject to it. One thread.
class GraphMl {
  public:
    using OnBytes = std::function<void(std::string_view)>;
    /// `tables`: all that will come; the keys of their columns are declared first.
    GraphMl(const std::vector<store::ExportTable>& tables, OnBytes out);

    /// Does a row of it become an edge (else a node)?
    [[nodiscard]] static bool is_edge(const store::ExportTable& table);
    /// A row, with the columns of the table and then subject_node, evidence and aliases. Nodes
    /// first. A row of a bridge that lacks an end is left out.
    void element(const store::ExportTable& table, const store::Snapshot::Fields& row);
    /// The edges between a fact, written before, and what it is about.
    void subject_edges(const store::ExportTable& table, const store::Snapshot::Fields& row);
    void finish();

    [[nodiscard]] std::uint64_t nodes() const { return nodes_; }
    [[nodiscard]] std::uint64_t edges() const { return edges_; }

  private:
    void data(const store::ExportTable& table, const store::Snapshot::Fields& row);
    void datum(std::string_view key, std::string_view value);

    OnBytes out_;
    std::uint64_t nodes_ = 0;
    std::uint64_t edges_ = 0;
};

}  // namespace almagest::transfer
