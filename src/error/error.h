#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace almagest {

/// An error that ends a unit of work, typed by what the caller can do about it.
/// `what()` is one sentence for a person: what went wrong, where, and what to do.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Trying again later may succeed: a deadlock, a lost connection, a busy or failing endpoint.
class TransientError : public Error {
  public:
    explicit TransientError(const std::string& sentence,
                            std::optional<std::chrono::milliseconds> retry_after = std::nullopt)
        : Error(sentence), retry_after_(retry_after) {}

    /// How long the other side asked to be left alone (HTTP `Retry-After`), if it said so.
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const {
        return retry_after_;
    }

  private:
    std::optional<std::chrono::milliseconds> retry_after_;
};

/// The same attempt will fail again: a broken contract, a violated constraint, a refused key.
class PermanentError : public Error {
  public:
    using Error::Error;
};

/// The person or the configuration asked for something that cannot be; exit code 2.
class UsageError : public Error {
  public:
    using Error::Error;
};

/// The work was asked to stop (a signal, a lost lease); nothing is wrong with it.
class Stopped : public Error {
  public:
    Stopped() : Error("stopped before it was finished") {}
};

}  // namespace almagest
