#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "store/sqlstate.h"

namespace almagest::store {

/// Where Queue::hint() is heard.
inline constexpr std::string_view jobs_channel = "almagest_jobs";

struct ClaimedJob {
    std::int64_t job_id = 0;
    std::string lease_token;
    std::string job_type;
    std::string contract_version;
    int tenant_id = 0;
    std::optional<std::int64_t> source_page_id;
    std::optional<std::int64_t> chunk_id;
    nlohmann::json payload;
    std::string correlation_id;
    std::string worker_id;  ///< that claimed it
    int attempts = 0;
    int max_attempts = 0;
    std::chrono::seconds lease{0};
};

struct NewJob {
    int tenant_id = 1;
    std::string job_type;
    std::optional<std::string> contract_version;
    std::optional<std::int64_t> source_page_id;
    std::optional<std::int64_t> chunk_id;
    nlohmann::json payload = nlohmann::json::object();
    std::optional<std::string> dedupe_key;
    std::optional<int> priority;
    std::optional<std::string> correlation_id;
};

struct ClaimFilter {
    std::vector<std::string> job_types;         ///< empty: any
    std::vector<std::int64_t> source_page_ids;  ///< empty: any
    std::optional<int> tenant_id;
    std::optional<int> min_priority = std::nullopt;
};

struct ChunkProgress {
    std::int64_t chunks = 0;
    std::int64_t done = 0;  ///< those for which no job waits or runs any more
};

/// How a runner's circuit to a model's endpoint stands.
struct CircuitStanding {
    std::string model;
    std::string endpoint;
    std::string state;  ///< "closed", "open" or "half_open"
    std::chrono::milliseconds pause_left{0};
    std::string reason;  ///< what the endpoint did last
};

/// llm's queue procedures over one connection. One thread.
class Queue {
  public:
    explicit Queue(Connection& connection) : connection_(&connection) {}

    struct Enqueued {
        std::int64_t job_id = 0;
        bool is_new = false;
    };
    [[nodiscard]] Enqueued enqueue(const NewJob& job);

    /// Many jobs of one type; `payloads`, and unless empty `dedupe_keys`, one a job.
    struct NewJobs {
        int tenant_id = 1;
        std::string job_type;
        std::vector<std::string> payloads;  ///< JSON texts
        std::vector<std::string> dedupe_keys;
        std::optional<int> priority;
    };
    /// In one transaction; how many are new.
    std::size_t enqueue_many(const NewJobs& jobs);
    /// Tells claimers everywhere that there may be something to claim. Call it after the
    /// transaction that enqueued; once is enough for any number of jobs. Lost hints cost a poll
    /// interval.
    void hint();
    /// A larger payload is refused.
    void set_limits(std::uint64_t maximum_payload_bytes);
    /// Of a tenant's day; zero: none.
    void set_spending_limits(std::uint64_t tokens_per_day, double cost_per_day);
    /// What a call may take: "reserved", "wait" or "held".
    [[nodiscard]] std::string reserve_spending(const ClaimedJob& job, std::uint64_t tokens,
                                               double cost);
    /// What it took.
    void settle_spending(const ClaimedJob& job, std::uint64_t tokens, double cost);
    [[nodiscard]] std::vector<ClaimedJob> claim(const std::string& worker_id,
                                                const ClaimFilter& filter, int limit);
    /// Ids of `jobs` whose leases are still ours, extended.
    [[nodiscard]] std::vector<std::int64_t> extend(std::span<const ClaimedJob> jobs);

    /// What an earlier run of the same attempt found, whose answer broke off.
    struct PartialOutput {
        std::string run_id;
        nlohmann::json output;
    };
    struct Completion {
        std::string run_id;                   ///< empty for steps without a model
        std::string handler;                  ///< "schema.procedure", of dbo, vector or sem
        nlohmann::json output;                ///< for the handler
        nlohmann::json run_outcome;           ///< for llm.usp_finish_run; null without a run
        std::vector<PartialOutput> before{};  ///< given to the handler first, in this order
    };
    struct Completed {
        nlohmann::json counts;  ///< what the handler returned, of several outputs the sums
        int followers = 0;
    };
    /// Handler, end of the run and completion in one transaction. Throws LeaseLost, or
    /// PermanentError for a handler that is not such a name, with nothing written.
    [[nodiscard]] Completed complete(const ClaimedJob& job, const Completion& completion);
    struct Ended {
        const ClaimedJob* job = nullptr;
        const Completion* completion = nullptr;  ///< an empty handler: nothing to write
    };
    /// The same for several jobs in one transaction, all or none; in the order given. Where all
    /// have one handler that takes several answers at once, it is called once.
    [[nodiscard]] std::vector<Completed> complete_all(std::span<const Ended> ended);
    /// Is there a procedure that takes several answers of this handler at once (its name with an s
    /// behind it: arrays of jobs, runs and outputs, an array of counts)? Asked once a handler.
    [[nodiscard]] bool takes_several(const std::string& handler);
    /// Has the worker of this claim completed the job? Tells a commit whose answer was lost from a
    /// lost lease.
    [[nodiscard]] bool was_completed(const ClaimedJob& job);

    /// Ends the run, if any, and fails the job, in one transaction; returns the new status.
    std::string fail(const ClaimedJob& job, const std::string& run_id,
                     const nlohmann::json& run_outcome, const nlohmann::json& error, bool permanent,
                     std::optional<std::chrono::milliseconds> retry_after);
    /// Ends a run whose job goes on elsewhere (stopped, lease lost).
    void finish_run(const std::string& run_id, const nlohmann::json& run_outcome);
    void hand_back(const ClaimedJob& job);
    int release_expired(int limit = 100);
    /// Dead letters wait again: those named, or all of a type, or (both empty) all. How many.
    int retry_dead_letters(int tenant_id, const std::vector<std::int64_t>& job_ids,
                           const std::string& job_type);
    /// Whether there is anything to wait for that `filter` takes; what is paused does not count.
    [[nodiscard]] bool anything_left(const ClaimFilter& filter);
    /// Tenant 0: any. No pages: all.
    [[nodiscard]] ChunkProgress chunk_progress(int tenant_id,
                                               const std::vector<std::int64_t>& source_page_ids);
    void start_run(const std::string& run_id, std::int64_t job_id, const std::string& model,
                   const std::string& worker_id, const std::string& artifact);
    /// For people to see. While it is not closed: again every ten seconds, or it is forgotten.
    void tell_circuit(const std::string& worker_id, const CircuitStanding& standing);

  private:
    Connection* connection_;
    std::map<std::string, bool> takes_several_;  ///< by handler
};

}  // namespace almagest::store
