#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "store/database.h"

namespace almagest::store {

/// Asking again about chunks that were read before, over one connection: llm's backfill procedures,
/// each a bounded transaction. One thread. An unknown backfill or a selection that is not sound is
/// a UsageError.
class Backfills {
  public:
    explicit Backfills(Connection& connection) : connection_(&connection) {}

    struct Request {
        int tenant_id = 1;
        std::string what;          ///< "entities" or "relationships"
        nlohmann::json selection;  ///< as llm.fn_check_backfill takes it
        std::optional<int> priority;
        std::string made_by;
    };
    struct Extent {
        std::int64_t pages = 0;
        std::int64_t chunks = 0;
    };
    /// How much it would be; writes nothing.
    [[nodiscard]] Extent extent(const Request& request);

    struct Begun {
        std::optional<std::int64_t> backfill_id;  ///< none: no chunk fits, nothing was written
        Extent extent;
    };
    [[nodiscard]] Begun begin(const Request& request);

    struct Step {
        int enqueued = 0;
        std::int64_t total = 0;  ///< enqueued by all steps
        std::string state;       ///< "running": call again; else done, paused or cancelled
    };
    [[nodiscard]] Step step(std::int64_t backfill_id, int limit);

    struct Change {
        int jobs = 0;
        std::optional<std::int64_t> last_job_id;  ///< to go on after; none: no job is left
    };
    [[nodiscard]] Change pause(std::int64_t backfill_id, std::optional<std::int64_t> after,
                               int limit);
    [[nodiscard]] Change resume(std::int64_t backfill_id, std::optional<std::int64_t> after,
                                int limit);
    /// How many jobs went; call until 0.
    [[nodiscard]] int cancel(std::int64_t backfill_id, int limit);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
