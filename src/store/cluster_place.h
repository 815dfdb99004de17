#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/settings.h"
#include "store/account.h"

namespace almagest::store {

/// Where a private cluster lies, and who runs it. Plain data.
struct ClusterPlace {
    std::filesystem::path
        folder;  ///< places.cluster(), or what that links to; belongs to `account`
    std::filesystem::path socket;  ///< folder of the Unix socket
    Account account;
    [[nodiscard]] std::filesystem::path data() const { return folder / "data"; }
    [[nodiscard]] std::filesystem::path log() const { return folder / "server.log"; }
    /// Names the home that the cluster was made for.
    [[nodiscard]] std::filesystem::path home_mark() const { return folder / "home"; }
    [[nodiscard]] std::string conninfo() const;
};

/// The folder that root's clusters share, for homes that the service user cannot reach.
[[nodiscard]] std::filesystem::path shared_clusters();

/// The complete cluster of this home, if there is one; changes nothing. Throws PermanentError when
/// something else lies in its place.
[[nodiscard]] std::optional<ClusterPlace> find_cluster(const config::Places& places);

/// Where this home's cluster is to be made: under home if `account` can reach that, else in
/// shared_clusters(). Makes nothing.
[[nodiscard]] ClusterPlace place_for_new_cluster(const config::Places& places,
                                                 const Account& account);

/// The identity that run_program needs to act as `account`: none where we are it already.
[[nodiscard]] std::optional<Account> acting_as(const Account& account);

/// Makes the folder, for `account` alone. Throws PermanentError when it belongs to somebody else.
void make_private_folder(const std::filesystem::path& folder, const Account& account);

}  // namespace almagest::store
