#pragma once

#include <cstdint>
#include <string>

#include "store/database.h"

namespace almagest::store {

/// What may go by age, over one connection; of all tenants. One thread. Ages are in days, from 1.
class Retention {
  public:
    explicit Retention(Connection& connection) : connection_(&connection) {}

    struct Amount {
        std::int64_t rows = 0;
        std::int64_t bytes = 0;
    };
    [[nodiscard]] Amount finished_jobs(int days);
    [[nodiscard]] Amount payloads(int days);
    [[nodiscard]] Amount answers(int days);

    // Each is one bounded transaction and tells how many rows; call until 0.
    [[nodiscard]] std::int64_t prune_finished_jobs(int days, int limit);
    [[nodiscard]] std::int64_t prune_payloads(int days, int limit);
    [[nodiscard]] std::int64_t forget_answers(int days, int limit);
    /// Runs forget artifacts under `lake` whose day's folder is before `day` (YYYY-MM-DD, UTC).
    [[nodiscard]] std::int64_t forget_artifacts(const std::string& lake, const std::string& day,
                                                int limit);
    /// Monthly partitions of the history from now on; how many were made.
    int ensure_partitions();
    /// Artifacts under the lake `from` are under `to` now.
    void move_artifacts(const std::string& from, const std::string& to);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
