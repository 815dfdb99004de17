#include "store/cluster_place.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "error/error.h"
#include "store/child_process.h"
#include "store/conninfo.h"
#include "system/sha256.h"

namespace almagest::store {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view socket_name = ".s.PGSQL.5432";
constexpr std::size_t longest_socket_path = 107;  // sockaddr_un without its final zero

fs::path socket_folder(const fs::path& folder, const fs::path& home) {
    auto inside = folder / "socket";
    if (inside.native().size() + 1 + socket_name.size() <= longest_socket_path) {
        return inside;
    }
    return config::socket_folder(home, "pg", socket_name.size());
}

bool can_reach(const Account& account, const fs::path& home) {
    const auto identity = acting_as(account);
    return !identity || run_program({"/usr/bin/test", "-x", home.string()}, identity).status == 0;
}

[[noreturn]] void in_the_way(const fs::path& place) {
    throw PermanentError(
        fmt::format("{} is not a database cluster of Almagest; move it away or set ALMAGEST_HOME "
                    "to another folder",
                    place.string()));
}

}  // namespace

std::string ClusterPlace::conninfo() const {
    return make_conninfo({{"host", socket.string()},
                          {"port", "5432"},
                          {"dbname", "almagest"},
                          {"user", "almagest"}});
}

fs::path shared_clusters() {
    return "/var/lib/almagest";
}

std::optional<ClusterPlace> find_cluster(const config::Places& places) {
    std::error_code problem;
    const auto folder = fs::canonical(places.cluster(), problem);
    if (problem) {
        return std::nullopt;
    }
    struct stat owner {};
    if (::stat((folder / "data").c_str(), &owner) != 0) {
        if (errno == EACCES) {
            throw UsageError(
                fmt::format("{} belongs to another user; start Almagest as that user, or set "
                            "ALMAGEST_HOME to a folder of your own",
                            folder.string()));
        }
        if (!fs::is_directory(folder) || !fs::is_empty(folder)) {
            in_the_way(places.cluster());
        }
        return std::nullopt;
    }
    const auto account = find_account(owner.st_uid);
    if (!account || account->uid == 0) {
        in_the_way(places.cluster());
    }
    return ClusterPlace{folder, socket_folder(folder, places.home), *account};
}

ClusterPlace place_for_new_cluster(const config::Places& places, const Account& account) {
    const auto home = fs::canonical(places.home);
    const auto folder = can_reach(account, home)
                            ? home / places.cluster().filename()
                            : shared_clusters() / system::sha256_of(home.native()).substr(0, 16);
    return {folder, socket_folder(folder, places.home), account};
}

std::optional<Account> acting_as(const Account& account) {
    return account.uid == ::geteuid() ? std::nullopt : std::optional(account);
}

void make_private_folder(const fs::path& folder, const Account& account) {
    const bool made = ::mkdir(folder.c_str(), 0700) == 0;
    if (made && acting_as(account) && ::lchown(folder.c_str(), account.uid, account.gid) != 0) {
        throw PermanentError(fmt::format("{} cannot be given to user {}: {}", folder.string(),
                                         account.name, std::generic_category().message(errno)));
    }
    struct stat found {};
    if (::lstat(folder.c_str(), &found) != 0) {
        throw PermanentError(fmt::format(
            "{} cannot be made; check the permissions of the folder above it", folder.string()));
    }
    if (!S_ISDIR(found.st_mode) || found.st_uid != account.uid || (found.st_mode & 0077U) != 0) {
        throw PermanentError(fmt::format("{} is not a private folder of user {}; remove it",
                                         folder.string(), account.name));
    }
}

}  // namespace almagest::store
