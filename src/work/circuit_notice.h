#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "store/queue.h"
#include "work/circuit_breaker.h"

namespace almagest::work {

/// Tells the database that this process keeps away from its model's endpoint, and why, so that
/// people see it (`almagest queue`); takes it back when the circuit closes or the process ends.
class CircuitNotice {
  public:
    /// `circuit` and `queue` outlive this; `queue` is used by tell() and the destructor only.
    CircuitNotice(const CircuitBreaker& circuit, store::Queue& queue, std::string worker_id,
                  std::string endpoint);
    ~CircuitNotice();
    CircuitNotice(const CircuitNotice&) = delete;
    CircuitNotice& operator=(const CircuitNotice&) = delete;

    /// A call to the model failed. Thread-safe.
    void failed(const std::string& model, const std::string& reason);
    /// To be called about once a second, by one thread. Throws what the queue throws.
    void tell();

  private:
    void close();

    const CircuitBreaker* circuit_;
    store::Queue* queue_;
    std::string worker_id_;
    std::string endpoint_;

    std::mutex mutex_;  // of the two below
    std::string model_;
    std::string reason_;

    store::CircuitStanding told_;  // empty model: nothing that would have to be taken back
    std::chrono::steady_clock::time_point told_at_{};
};

}  // namespace almagest::work
