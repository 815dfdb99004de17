#include "work/circuit_notice.h"

#include <utility>

#include "error/error.h"
#include "telemetry/log.h"

namespace almagest::work {

namespace {

/// As long as nothing changes; llm.vw_circuit forgets what was not told for three times as long.
constexpr auto interval = std::chrono::seconds(10);

}  // namespace

CircuitNotice::CircuitNotice(const CircuitBreaker& circuit, store::Queue& queue,
                             std::string worker_id, std::string endpoint)
    : circuit_(&circuit),
      queue_(&queue),
      worker_id_(std::move(worker_id)),
      endpoint_(std::move(endpoint)) {}

CircuitNotice::~CircuitNotice() {
    try {
        close();
    } catch (const Error& error) {
        telemetry::log(telemetry::Level::debug, error.what(), {{}, {}, {}, worker_id_});
    }
}

void CircuitNotice::failed(const std::string& model, const std::string& reason) {
    const std::scoped_lock lock(mutex_);
    model_ = model;
    reason_ = reason;
}

void CircuitNotice::tell() {
    const auto state = circuit_->state();
    if (state == CircuitBreaker::State::closed) {
        close();
        return;
    }
    const auto pause = circuit_->pause_left();
    const auto now = std::chrono::steady_clock::now();
    store::CircuitStanding standing;
    standing.endpoint = endpoint_;
    standing.state = state == CircuitBreaker::State::open ? "open" : "half_open";
    standing.pause_left = std::chrono::duration_cast<std::chrono::milliseconds>(pause);
    {
        const std::scoped_lock lock(mutex_);
        standing.model = model_;
        standing.reason = reason_;
    }
    if (standing.model.empty()) return;
    if (standing.state == told_.state && standing.reason == told_.reason &&
        now - told_at_ < interval)
        return;
    queue_->tell_circuit(worker_id_, standing);
    told_ = standing;
    told_at_ = now;
}

void CircuitNotice::close() {
    if (told_.model.empty()) return;
    auto closed = told_;
    closed.state = "closed";
    closed.pause_left = {};
    queue_->tell_circuit(worker_id_, closed);
    told_ = {};
}

}  // namespace almagest::work
