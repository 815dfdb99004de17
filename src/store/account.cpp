#include "store/account.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <functional>

#include "error/error.h"
#include "store/child_process.h"

namespace almagest::store {
namespace {

using Lookup = std::function<int(passwd*, char*, std::size_t, passwd**)>;

std::vector<gid_t> groups_of(const passwd& entry) {
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    while (getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count) < 0) {
        groups.resize(static_cast<std::size_t>(count));
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

std::optional<Account> find(const Lookup& lookup) {
    std::vector<char> buffer(16 * 1024);
    passwd entry{};
    passwd* found = nullptr;
    while (lookup(&entry, buffer.data(), buffer.size(), &found) == ERANGE) {
        buffer.resize(2 * buffer.size());
    }
    if (found == nullptr) {
        return std::nullopt;
    }
    return Account{entry.pw_name, entry.pw_uid, entry.pw_gid, groups_of(entry)};
}

bool make_system_user(const std::string& name) {
    const auto made =
        run_program({"/usr/sbin/useradd", "--system", "--user-group", "--no-create-home",
                     "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name},
                    std::nullopt);
    return made.status == 0;
}

}  // namespace

std::optional<Account> find_account(const std::string& name) {
    return find([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
        return getpwnam_r(name.c_str(), entry, buffer, size, found);
    });
}

std::optional<Account> find_account(uid_t uid) {
    return find([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
        return getpwuid_r(uid, entry, buffer, size, found);
    });
}

Account invoking_account() {
    if (auto account = find_account(geteuid())) {
        return *account;
    }
    throw UsageError(
        fmt::format("user id {} has no name on this machine, which PostgreSQL needs; add it to "
                    "/etc/passwd or give "
                    "another server with --database",
                    geteuid()));
}

Account service_account() {
    auto invoking = invoking_account();
    if (invoking.uid != 0) {
        return invoking;
    }
    const std::string name = "almagest";
    auto account = find_account(name);
    if (!account && make_system_user(name)) {
        account = find_account(name);
    }
    if (!account) {
        account = find_account("postgres");
    }
    if (account && account->uid != 0) {
        return *account;
    }
    throw UsageError(
        "PostgreSQL never runs as root, and the system user almagest could not be made; make it "
        "with "
        "`useradd --system almagest` or start Almagest as another user");
}

}  // namespace almagest::store
