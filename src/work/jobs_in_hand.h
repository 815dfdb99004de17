#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "store/queue.h"
#include "work/wake_up.h"

namespace almagest::work {

/// A claimed job, from its claim until its end is written.
struct HeldJob {
    store::ClaimedJob job;
    std::stop_source stop;  ///< requested when the lease is lost or the process ends
    std::chrono::steady_clock::time_point claimed_at;
};

/// The jobs that this process has claimed: waiting for a slot, in a slot, or ended and to be
/// written. Thread-safe.
class JobsInHand {
  public:
    using Clock = std::chrono::steady_clock;
    using Job = std::shared_ptr<HeldJob>;

    /// `asked_at`: before the claim was sent; their leases last at least from then on.
    void add(std::vector<store::ClaimedJob> jobs, Clock::time_point asked_at);
    /// The next one for a slot; null once `stop` is requested. After close() jobs come with their
    /// stop requested.
    [[nodiscard]] Job next(const std::stop_token& stop);
    /// The slot is done with it; its end is to be written.
    void ended(const Job& job);
    /// Its end is written: it is in hand no more.
    void remove(const Job& job);

    struct Counts {
        std::size_t waiting = 0;
        std::size_t in_slots = 0;
        std::size_t ended = 0;
        [[nodiscard]] std::size_t all() const { return waiting + in_slots + ended; }
    };
    [[nodiscard]] Counts counts() const;
    /// How many have left since the beginning.
    [[nodiscard]] std::uint64_t left() const;

    /// Jobs whose leases are to be extended now: a third of the lease, or `interval`, has passed
    /// since they were claimed or last extended. Those whose ends are being written too.
    [[nodiscard]] std::vector<store::ClaimedJob> leases_due(Clock::time_point now,
                                                            Clock::duration interval) const;
    /// `kept`: ids still ours, extended at `asked_at`. The others of `asked` are stopped; which.
    std::vector<store::ClaimedJob> extended(const std::vector<store::ClaimedJob>& asked,
                                            const std::vector<std::int64_t>& kept,
                                            Clock::time_point asked_at);
    /// Stops those whose leases ran out by our own clock, since no extension got through.
    void stop_expired(Clock::time_point now);

    void close();     ///< slots get only jobs that are to be handed back
    void stop_all();  ///< and those in slots are stopped too
    /// Waits until none is in hand; false when `patience` is over.
    [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds patience);

    /// What a claimer waits for.
    struct Room {
        std::size_t waiting = 0;  ///< at most so many wait for a slot
        std::size_t busy = 0;     ///< at most so many wait or are in slots
        std::size_t ended = 0;    ///< at most so many ends are to be written
    };
    /// Waits until there is that room, until none is in hand any more though some were since the
    /// last wait, until wake() is called, until `socket` (-1: none) has something to read, or until
    /// `patience` is over. Without `room`: not for room. One thread at a time.
    void wait_for(std::chrono::milliseconds patience, const std::optional<Room>& room, int socket);
    void wake();

  private:
    struct Lease {
        Job job;
        Clock::time_point until;
    };

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;  // counts
    WakeUp wake_up_;                       // of who waits in wait_for()
    std::condition_variable_any filled_;   // waiting jobs
    std::map<std::int64_t, Lease> held_;
    std::deque<Job> waiting_;
    Counts counts_;
    std::uint64_t left_ = 0;
    bool closed_ = false;
    bool woken_ = false;
    bool emptied_ = false;        // the last one ended since the last wait
    bool awaited_ = false;        // somebody is in wait_for()
    std::optional<Room> wanted_;  // while somebody waits

    [[nodiscard]] bool worth_waking() const;
    void tell_of_change();
};

}  // namespace almagest::work
