#include "work/circuit_breaker.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace almagest::work {

CircuitBreaker::Call::Call(Call&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)),
      era_(other.era_),
      is_probe_(other.is_probe_) {}

CircuitBreaker::Call& CircuitBreaker::Call::operator=(Call&& other) noexcept {
    if (this == &other) return *this;
    if (breaker_ != nullptr) breaker_->end_undecided(era_, is_probe_);
    breaker_ = std::exchange(other.breaker_, nullptr);
    era_ = other.era_;
    is_probe_ = other.is_probe_;
    return *this;
}

CircuitBreaker::Call::~Call() {
    if (breaker_ != nullptr) breaker_->end_undecided(era_, is_probe_);
}

bool CircuitBreaker::Call::succeeded() {
    auto* breaker = std::exchange(breaker_, nullptr);
    return breaker != nullptr && breaker->end_well(era_, is_probe_);
}

bool CircuitBreaker::Call::failed(std::optional<std::chrono::milliseconds> retry_after) {
    auto* breaker = std::exchange(breaker_, nullptr);
    return breaker != nullptr && breaker->end_badly(era_, is_probe_, retry_after);
}

CircuitBreaker::CircuitBreaker(Options options, std::function<Clock::time_point()> clock)
    : options_(options), clock_(std::move(clock)) {
    if (options_.failures == 0 || options_.first_pause <= Clock::duration::zero() ||
        options_.longest_pause < options_.first_pause)
        throw std::invalid_argument(
            "a circuit breaker needs at least one failure and pauses above zero");
}

std::size_t CircuitBreaker::claims_allowed(std::size_t wanted) const {
    const std::scoped_lock lock(mutex_);
    if (closed_) return wanted;
    return lets_one_through() ? std::min<std::size_t>(wanted, 1) : 0;
}

std::optional<CircuitBreaker::Call> CircuitBreaker::begin_call() {
    const std::scoped_lock lock(mutex_);
    if (closed_) return Call(*this, era_, false);
    if (!lets_one_through()) return std::nullopt;
    probe_is_out_ = true;
    return Call(*this, era_, true);
}

CircuitBreaker::Clock::duration CircuitBreaker::pause_left() const {
    const std::scoped_lock lock(mutex_);
    return closed_ ? Clock::duration::zero()
                   : std::max(Clock::duration::zero(), open_until_ - clock_());
}

CircuitBreaker::State CircuitBreaker::state() const {
    const std::scoped_lock lock(mutex_);
    return state_now();
}

std::uint64_t CircuitBreaker::times_opened() const {
    const std::scoped_lock lock(mutex_);
    return times_opened_;
}

CircuitBreaker::State CircuitBreaker::state_now() const {
    if (closed_) return State::closed;
    return clock_() < open_until_ ? State::open : State::half_open;
}

bool CircuitBreaker::lets_one_through() const {
    return !probe_is_out_ && state_now() == State::half_open;
}

void CircuitBreaker::open_for(Clock::duration pause,
                              std::optional<std::chrono::milliseconds> retry_after) {
    pause_ = std::min(pause, options_.longest_pause);
    open_until_ = clock_() + std::max<Clock::duration>(
                                 pause_, retry_after.value_or(std::chrono::milliseconds(0)));
    closed_ = false;
    probe_is_out_ = false;
    ++era_;
    ++times_opened_;
}

bool CircuitBreaker::end_well(std::uint64_t era, bool is_probe) {
    const std::scoped_lock lock(mutex_);
    if (era != era_) return false;  // of before an outage: the probe tells how it is now
    failures_ = 0;
    if (!is_probe) return false;
    closed_ = true;
    probe_is_out_ = false;
    ++era_;
    return true;
}

bool CircuitBreaker::end_badly(std::uint64_t era, bool is_probe,
                               std::optional<std::chrono::milliseconds> retry_after) {
    const std::scoped_lock lock(mutex_);
    if (era != era_) {
        // Calls that began before it opened fail in a row; they lengthen the pause only if asked.
        if (!closed_ && retry_after)
            open_until_ = std::max(open_until_, clock_() + Clock::duration(*retry_after));
        return false;
    }
    if (is_probe) {
        open_for(2 * pause_, retry_after);
        return true;
    }
    if (++failures_ < options_.failures) return false;
    failures_ = 0;
    open_for(options_.first_pause, retry_after);
    return true;
}

void CircuitBreaker::end_undecided(std::uint64_t era, bool is_probe) {
    const std::scoped_lock lock(mutex_);
    if (is_probe && era == era_) probe_is_out_ = false;
}

}  // namespace almagest::work
