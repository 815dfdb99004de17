#pragma once

#include "config/settings.h"
#include "store/cluster_place.h"

namespace almagest::store {

/// Makes this home's cluster with its empty database `almagest`; does not start it. It is made
/// beside its place and moved there when complete, so that a failure leaves nothing. A cluster that
/// an earlier home of this path left behind elsewhere is stopped and removed first. The caller
/// holds the cluster's lock. Throws UsageError, PermanentError or TransientError.
[[nodiscard]] ClusterPlace make_cluster(const config::ClusterSettings& settings,
                                        const config::Places& places);

/// Notes in the cluster which home it belongs to now, which a moved home changes.
void mark_home(const ClusterPlace& place, const config::Places& places);

}  // namespace almagest::store
