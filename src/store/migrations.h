#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "store/database.h"

namespace almagest::store {

struct MigrationReport {
    std::vector<std::string> migrations;  ///< applied now, in order
    std::vector<std::string> procedures;  ///< applied or re-applied now: procedures and views
    [[nodiscard]] bool nothing() const { return migrations.empty() && procedures.empty(); }
};

/// Brings a database up to `folder` (database/): migrations/NNNN_name.sql once each, forward only,
/// SHA-256 recorded; procedures/<schema>/*.sql and views/<schema>/*.sql again whenever their text
/// changes (in the order of a fixed number of passes until all apply, so files may use one
/// another). One transaction for all; concurrent callers wait for one another. Throws
/// PermanentError when an applied migration's text has changed or one is missing, naming it.
[[nodiscard]] MigrationReport migrate(Connection& connection, const std::filesystem::path& folder);

}  // namespace almagest::store
