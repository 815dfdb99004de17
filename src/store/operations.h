#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/database.h"

namespace almagest::store {

/// What people do to the queue, over one connection: llm's procedures for pauses, shares,
/// cancelling and bumping. One thread. An unknown type or tenant, or a value out of range, is a
/// UsageError.
class Operations {
  public:
    explicit Operations(Connection& connection) : connection_(&connection) {}

    /// Throws UsageError when there is no tenant of that name; makes none.
    [[nodiscard]] int tenant_id(const std::string& name);

    /// No reason: "". Each tells whether that changed anything.
    bool pause_type(const std::string& job_type, const std::string& reason);
    bool resume_type(const std::string& job_type);
    bool pause_tenant(int tenant_id, const std::string& reason);
    bool resume_tenant(int tenant_id);
    /// nullopt: no cap.
    void set_type_cap(const std::string& job_type, std::optional<int> max_running);
    /// nullopt keeps a value; max_running 0 takes the limit away.
    void set_tenant_share(int tenant_id, std::optional<double> weight,
                          std::optional<int> max_running);

    /// Which jobs; what is empty does not narrow.
    struct Selection {
        std::vector<std::int64_t> job_ids;
        std::string job_type;
        std::string source_pattern;  ///< "*" stands for any text; only where said
    };
    struct Cancelled {
        int waiting = 0;
        int running = 0;
    };
    /// One bounded transaction; call until both are 0. Does not look at the source pattern.
    [[nodiscard]] Cancelled cancel(int tenant_id, const Selection& selection,
                                   const std::string& cancelled_by, int limit);
    struct Bumped {
        int jobs = 0;
        std::optional<std::int64_t> last_job_id;  ///< to go on after; none: no job is left
    };
    /// One bounded transaction over the jobs after `after`.
    [[nodiscard]] Bumped bump(int tenant_id, const Selection& selection, int priority,
                              std::optional<std::int64_t> after, int limit);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
