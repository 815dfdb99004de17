#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

namespace almagest::work {

/// Keeps work away from a model endpoint that is failing, so that an outage does not use up the
/// attempts of job after job. One object an endpoint, shared by all threads. Thread-safe; does no
/// I/O, starts no thread, and sleeps nowhere.
///
///     closed ──`failures` in a row──▶ open ──pause over──▶ half open ──the probe succeeds──▶
///     closed
///                                      ▲                        │
///                                      └── pause × 2 ───the probe fails
///
/// The claimer asks claims_allowed() before it claims jobs that ask the model, and pause_left() for
/// how long it need not ask again. Whoever asks the model begins with begin_call() and tells the
/// call how it ended:
///
///     auto call = breaker.begin_call();
///     if (!call) { hand the job back, its attempt not counted; }
///     try { answer = model.complete(…); call->succeeded(); }
///     catch (const TransientError& error) { opened = call->failed(error.retry_after()); throw; }
///     catch (const EndpointUnusable&)     { opened = call->failed(); throw; }
///     // any other exception: the call goes out of scope and says nothing about the endpoint
///
/// A refused request (PermanentError) or a bad answer is the job's failure, not the endpoint's:
/// tell it succeeded(), for the endpoint did answer.
class CircuitBreaker {
  public:
    using Clock = std::chrono::steady_clock;

    struct Options {
        unsigned failures = 5;  ///< in a row, until it opens; at least 1
        Clock::duration first_pause = std::chrono::seconds(5);
        Clock::duration longest_pause = std::chrono::minutes(5);  ///< unless Retry-After is longer
    };

    enum class State : std::uint8_t { closed, open, half_open };

    /// One call to the model. Ends undecided unless told otherwise. Belongs to one thread; must not
    /// outlive the breaker.
    class Call {
      public:
        Call(Call&& other) noexcept;
        Call& operator=(Call&& other) noexcept;  ///< the one assigned to ends undecided
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;
        ~Call();

        /// The endpoint answered. True when this closed the circuit.
        bool succeeded();
        /// The endpoint failed: refused or lost connection, timeout, 408, 429, 5xx; `retry_after`
        /// is how long it asked to be left alone. True when this opened the circuit.
        bool failed(std::optional<std::chrono::milliseconds> retry_after = std::nullopt);
        /// Does the endpoint's fate hang on this one?
        [[nodiscard]] bool is_probe() const { return is_probe_; }

      private:
        friend class CircuitBreaker;
        Call(CircuitBreaker& breaker, std::uint64_t era, bool is_probe)
            : breaker_(&breaker), era_(era), is_probe_(is_probe) {}
        CircuitBreaker* breaker_;  // null once decided
        std::uint64_t era_;
        bool is_probe_;
    };

    CircuitBreaker() : CircuitBreaker(Options{}) {}
    explicit CircuitBreaker(Options options, std::function<Clock::time_point()> clock = Clock::now);
    CircuitBreaker(const CircuitBreaker&) = delete;
    CircuitBreaker& operator=(const CircuitBreaker&) = delete;

    /// How many jobs that ask the model may be claimed, of `wanted`: all while closed, none while
    /// open, one while half open and nobody probes yet. Reserves nothing.
    [[nodiscard]] std::size_t claims_allowed(std::size_t wanted) const;
    [[nodiscard]] bool allows_claims() const { return claims_allowed(1) > 0; }

    /// Leave to ask the model now; nullopt while open, and while half open and another probes.
    [[nodiscard]] std::optional<Call> begin_call();

    /// How long it stays open; zero when it is not open.
    [[nodiscard]] Clock::duration pause_left() const;
    [[nodiscard]] State state() const;
    /// How often it has opened or stayed open after a probe.
    [[nodiscard]] std::uint64_t times_opened() const;

  private:
    [[nodiscard]] State state_now() const;  // with mutex_ held, as the next two
    [[nodiscard]] bool lets_one_through() const;
    void open_for(Clock::duration pause, std::optional<std::chrono::milliseconds> retry_after);

    [[nodiscard]] bool end_well(std::uint64_t era, bool is_probe);
    [[nodiscard]] bool end_badly(std::uint64_t era, bool is_probe,
                                 std::optional<std::chrono::milliseconds> retry_after);
    void end_undecided(std::uint64_t era, bool is_probe);

    const Options options_;
    const std::function<Clock::time_point()> clock_;

    mutable std::mutex mutex_;
    bool closed_ = true;
    bool probe_is_out_ = false;
    unsigned failures_ = 0;  // in a row, while closed
    Clock::time_point open_until_{};
    Clock::duration pause_{};  // of the opening that holds
    std::uint64_t era_ = 0;    // changes with every opening and closing
    std::uint64_t times_opened_ = 0;
};

}  // namespace almagest::work
