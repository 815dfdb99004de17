#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace almagest::store {

/// A user of this machine.
struct Account {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;  ///< supplementary ones, with gid
};

/// nullopt when there is no such user. Thread-safe.
[[nodiscard]] std::optional<Account> find_account(const std::string& name);
[[nodiscard]] std::optional<Account> find_account(uid_t uid);

/// The user that runs this program. Throws UsageError when its id has no name, which PostgreSQL's
/// programs and peer authentication need.
[[nodiscard]] Account invoking_account();

/// The user that runs the database server: the invoking one or, when that is root, the system user
/// `almagest`, made when missing, else `postgres`. Throws UsageError when root has neither.
[[nodiscard]] Account service_account();

}  // namespace almagest::store
