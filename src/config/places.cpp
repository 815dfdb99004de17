#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "config/settings.h"
#include "error/error.h"

namespace almagest::config {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
}

fs::path tidy(const fs::path& path) {
    fs::path normal = fs::absolute(path).lexically_normal();
    return normal.has_filename() ? normal : normal.parent_path();
}

fs::path home_folder_of_user() {
    if (const auto home = environment("HOME")) return tidy(*home);
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16'384> buffer{};
    if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
        found != nullptr && *found->pw_dir == '/') {
        return found->pw_dir;
    }
    throw UsageError("this user has no home folder; set ALMAGEST_HOME to a folder for its data");
}

bool is_share(const fs::path& folder) {
    std::error_code error;
    return fs::is_directory(folder / "contracts", error) &&
           fs::is_directory(folder / "database", error) &&
           fs::is_regular_file(folder / "config" / "almagest.yaml", error);
}

fs::path find_share() {
    if (const auto named = environment("ALMAGEST_SHARE")) {
        fs::path share = tidy(*named);
        if (is_share(share)) return share;
        throw UsageError(
            fmt::format("ALMAGEST_SHARE is {}, which lacks contracts/, database/ or "
                        "config/almagest.yaml; correct it or unset it",
                        share.string()));
    }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    for (fs::path folder = program.parent_path(); !folder.empty(); folder = folder.parent_path()) {
        if (is_share(folder)) return folder;
        if (is_share(folder / "share" / "almagest")) return folder / "share" / "almagest";
        if (folder == folder.root_path()) break;
    }
    throw UsageError(
        fmt::format("contracts/, database/ and config/almagest.yaml are not in any "
                    "folder above {}; set ALMAGEST_SHARE to the folder that has them",
                    program.string()));
}

std::uint64_t fnv1a(const std::string& bytes) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char byte : bytes) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
    }
    return hash;
}

}  // namespace

Places find_places() {
    Places places;
    const auto home = environment("ALMAGEST_HOME");
    places.home = home ? tidy(*home) : home_folder_of_user() / ".almagest";
    places.share = find_share();
    const auto cache = environment("XDG_CACHE_HOME");
    // The XDG specification has relative paths ignored.
    places.cache = cache && fs::path(*cache).is_absolute()
                       ? fs::path(*cache) / "almagest"
                       : home_folder_of_user() / ".cache" / "almagest";
    return places;
}

fs::path socket_folder(const fs::path& home, const std::string& purpose, std::size_t longest_name) {
    constexpr std::size_t kLongestPath = 107;
    const auto fits_in = [&](const fs::path& folder) {
        return folder.native().size() + 1 + longest_name <= kLongestPath;
    };
    const fs::path absolute = tidy(home);
    const fs::path own = absolute / "run" / purpose;
    if (fits_in(own)) return own;
    const fs::path shared =
        fmt::format("/tmp/almagest-{}-{:016x}", purpose, fnv1a(absolute.string()));
    if (fits_in(shared)) return shared;
    throw std::invalid_argument("a socket name of " + std::to_string(longest_name) +
                                " bytes does not fit into any folder");
}

}  // namespace almagest::config
