#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace almagest::store {

/// One file of database/.
struct SqlFile {
    std::string name;  ///< path below the folder, such as "procedures/llm/usp_enqueue_job.sql"
    std::string text;
    std::string sha256;  ///< of the text
};

struct SqlFiles {
    std::vector<SqlFile> migrations;  ///< by number
    std::vector<SqlFile> objects;     ///< procedures, then views, each by name
};

/// Reads `folder`. Throws UsageError when it holds no migrations, and PermanentError for a file
/// that cannot be read, a migration whose name is not NNNN_name.sql, or two of one number.
[[nodiscard]] SqlFiles read_sql_files(const std::filesystem::path& folder);

}  // namespace almagest::store
