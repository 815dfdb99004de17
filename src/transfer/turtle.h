#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/snapshot.h"

namespace almagest::transfer {

/// A literal of Turtle in quotes, every character escaped that has to be. Takes UTF-8.
[[nodiscard]] std::string turtle_string(std::string_view utf8);
/// Part of an IRI: all but letters, digits, "-", "_", "." and "~" percent-encoded. Takes UTF-8.
[[nodiscard]] std::string iri_part(std::string_view utf8);
/// A field as a typed literal, by PostgreSQL's name of its type.
[[nodiscard]] std::string turtle_literal(std::string_view field, std::string_view type);

/// Writes rows as RDF in Turtle: each row a resource of its table's class with its columns as
/// properties, foreign keys as links; relations that are promoted or adjudicated also as plain
/// triples; runs, pages and evidence in the terms of PROV-O. One thread.
class Turtle {
  public:
    using OnBytes = std::function<void(std::string_view)>;
    /// `tables`: all that will come. `base`: of the rows' IRIs, ends in "/", "#" or ":".
    Turtle(const std::vector<store::ExportTable>& tables, const std::string& base, OnBytes out);

    /// A row, with the columns of the table and then subject_node.
    void row(const store::ExportTable& table, const store::Snapshot::Fields& row);
    [[nodiscard]] std::uint64_t triples() const { return triples_; }

  private:
    [[nodiscard]] std::string iri(std::string_view table, std::string_view id) const;
    void say(const std::string& subject, std::string_view predicate, const std::string& object);
    void column(const std::string& subject, const store::ExportTable& table,
                const store::ExportColumn& column, const std::string& field);
    void plain_triple(const store::ExportTable& table, const store::Snapshot::Fields& row);

    std::set<std::string> exported_;
    std::string base_;
    OnBytes out_;
    std::uint64_t triples_ = 0;
};

}  // namespace almagest::transfer
