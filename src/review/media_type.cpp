#include <array>
#include <utility>

#include "review/web_files.h"

namespace almagest::review {

const char* media_type(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, const char*>, 5> known = {{
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".json", "application/json"},
    }};
    for (const auto& [ending, type] : known)
        if (name.ends_with(ending)) return type;
    return nullptr;
}

}  // namespace almagest::review
