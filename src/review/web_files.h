#pragma once

#include <map>
#include <string_view>

namespace almagest::review {

/// The files of web/ by their names; cmake/EmbedFiles.cmake writes the definition. Thread-safe.
[[nodiscard]] const std::map<std::string_view, std::string_view>& embedded_files();

/// By the name's ending; nullptr for one that is not served.
[[nodiscard]] const char* media_type(std::string_view name);

}  // namespace almagest::review
