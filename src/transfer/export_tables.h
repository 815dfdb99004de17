#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "store/database.h"

namespace almagest::transfer {

enum class ExportFormat { csv, json_lines, graphml, turtle };

struct ExportOptions {
    ExportFormat format = ExportFormat::csv;
    int tenant_id = 1;
    std::string tenant;          ///< its name, for the manifest
    bool promoted_only = false;  ///< what is promoted or adjudicated
    bool with_text = true;       ///< of pages, chunks and quotes
    bool replace = false;        ///< an earlier export there
    std::string iri_base = "urn:almagest:";
};

/// Rows so far.
using OnRows = std::function<void(std::uint64_t)>;

/// Writes the star schema of one moment into a folder that appears whole or not at all; returns its
/// manifest: format, tenant, exported_at, files with their rows, bytes and SHA-256, columns of each
/// table. Memory holds a row at a time. Throws UsageError for a folder that may not be replaced,
/// PermanentError where the disk refuses, Stopped, and what Snapshot throws.
[[nodiscard]] nlohmann::ordered_json export_tables(const store::Database& database,
                                                   const std::filesystem::path& folder,
                                                   const ExportOptions& options,
                                                   const std::stop_token& stop,
                                                   const OnRows& on_rows);

}  // namespace almagest::transfer
