#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "config/settings.h"
#include "model/chat.h"
#include "store/connection_pool.h"
#include "store/queue.h"

namespace almagest::work {

/// The most that a call may take: prompt and answer, before anybody counted them exactly.
[[nodiscard]] std::uint64_t most_tokens(const model::ChatRequest& request);

/// Keeps the calls of a process below the limits of its run and, together with the database, of the
/// tenant's day: what a call may take at most is set aside before it begins, and what it took is
/// booked when it is over. Thread-safe; one object a process.
class Spending {
  public:
    /// Zero limits: none. `connections` outlives this.
    Spending(const config::LlmSettings& prices, const config::LimitSettings& limits,
             store::ConnectionPool& connections);

    /// Leave for one call; what was set aside returns when it goes out of scope. Belongs to one
    /// thread; must not outlive the Spending.
    class Leave {
      public:
        Leave(Leave&& other) noexcept;
        Leave& operator=(Leave&&) = delete;
        Leave(const Leave&) = delete;
        Leave& operator=(const Leave&) = delete;
        ~Leave();
        /// The call is over.
        void took(std::uint64_t tokens, double cost);

      private:
        friend class Spending;
        Leave(Spending& spending, const store::ClaimedJob& job, std::uint64_t tokens, double cost,
              bool in_database)
            : spending_(&spending),
              job_(&job),
              tokens_(tokens),
              cost_(cost),
              in_database_(in_database) {}
        Spending* spending_;  // null once over
        const store::ClaimedJob* job_;
        std::uint64_t tokens_;
        double cost_;
        bool in_database_;
    };
    /// Waits as long as calls under way decide whether there is enough; nullopt where a limit is
    /// reached. Throws Stopped, and what the database throws.
    [[nodiscard]] std::optional<Leave> ask(const store::ClaimedJob& job,
                                           const model::ChatRequest& request,
                                           const std::string& model, const std::stop_token& stop);

    /// Why this run makes no more calls; "" while it may.
    [[nodiscard]] std::string stopped_because() const;
    [[nodiscard]] std::uint64_t tokens() const;  ///< booked
    [[nodiscard]] double cost() const;

  private:
    [[nodiscard]] bool set_aside(std::uint64_t tokens, double cost, const std::stop_token& stop);
    void give_back(std::uint64_t tokens, double cost);
    void book(std::uint64_t tokens, double cost);
    [[nodiscard]] bool is_enough(std::uint64_t tokens, double cost) const;  // mutex_ held
    [[nodiscard]] std::string reason(std::uint64_t tokens, double cost) const;

    const config::LlmSettings* prices_;
    config::LimitSettings limits_;
    store::ConnectionPool* connections_;
    mutable std::mutex mutex_;
    std::condition_variable_any returned_;
    std::uint64_t tokens_ = 0;
    double cost_ = 0;
    std::uint64_t tokens_aside_ = 0;
    double cost_aside_ = 0;
    std::size_t calls_ = 0;  // under way
    std::string stopped_because_;
};

}  // namespace almagest::work
