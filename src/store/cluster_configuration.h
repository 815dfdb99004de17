#pragma once

#include <string>

#include "config/settings.h"
#include "store/cluster_place.h"

namespace almagest::store {

/// almagest.conf, which postgresql.conf includes: our tuning for small machines, the person's
/// parameters over it, and where the server listens. Throws UsageError for a parameter that is not
/// a name, a value of several lines, or one that would move the server away from its socket.
[[nodiscard]] std::string server_configuration(const config::ClusterSettings& settings,
                                               const ClusterPlace& place);

/// pg_hba.conf: whoever the ident map knows, over the Unix socket, nobody else.
[[nodiscard]] std::string access_rules();

/// pg_ident.conf: root, the invoking user and the service user are role `almagest`.
[[nodiscard]] std::string identity_map(const Account& invoking, const Account& service);

}  // namespace almagest::store
