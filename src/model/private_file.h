#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace almagest::model {

/// Makes a folder for the user alone, or accepts one that is the user's. Throws UsageError for
/// a folder that belongs to somebody else or that cannot be made.
void make_private_folder(const std::filesystem::path& folder);

/// Writes a file of mode 600 whole or not at all. Throws PermanentError naming the cause.
void write_atomically(const std::filesystem::path& file, std::string_view content);

/// "" when there is no such file.
[[nodiscard]] std::string read_if_there(const std::filesystem::path& file);

/// The one line of a file that holds a secret. Throws UsageError when it is missing, empty, can be
/// read by others or holds control characters; the message never holds the content.
[[nodiscard]] std::string read_secret(const std::filesystem::path& file);
/// A secret as it may stand in a header, or UsageError naming `origin`.
[[nodiscard]] std::string checked_secret(std::string secret, const std::string& origin);

}  // namespace almagest::model
