#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "store/database.h"

namespace almagest::store {

/// Where Queue::hint() is heard.
inline constexpr std::string_view jobs_channel = "almagest_jobs";

/// Listens for hints that jobs may wait, on a connection of its own. A hint saves a poll interval;
/// nothing depends on it. One thread.
class JobListener {
  public:
    explicit JobListener(const Database& database);
    ~JobListener();
    JobListener(JobListener&&) noexcept;
    JobListener& operator=(JobListener&&) noexcept;

    /// True when a hint came (several at once count as one), false when `patience` passed, `stop`
    /// was requested or the server went away; connects anew by itself at the next call.
    [[nodiscard]] bool wait(std::chrono::milliseconds patience, const std::stop_token& stop);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almagest::store
