#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "contract/job_type.h"

namespace almagest::contract {

/// Reads one contracts/<job_type>/<version> folder. Throws UsageError naming the folder and cause.
[[nodiscard]] JobType read_job_folder(const std::filesystem::path& folder);

/// Reads a folder contracts/<name>/<version> with a schema.json alone. Throws UsageError likewise.
[[nodiscard]] DocumentSchema read_document_folder(const std::filesystem::path& folder);

/// Parts a prompt at lines "# system", "# user" and "# assistant". Throws UsageError when text
/// stands before the first of them, a part is empty, "# system" is not first, the last part is not
/// the user's, or a placeholder is not among known_placeholders().
[[nodiscard]] std::vector<PromptMessage> parse_prompt(std::string_view text);

}  // namespace almagest::contract
