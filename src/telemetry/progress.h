#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace almagest::telemetry {

/// One line on standard error that is rewritten in place: "chunks 12/40 ▕███░░▏ 83 tok/s 2:10
/// left". Silent unless standard error is a terminal and `enabled`. Thread-safe.
class Progress {
  public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;
    Progress(bool enabled, std::string unit, Clock clock = std::chrono::steady_clock::now);
    ~Progress();  ///< clears the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Whether anybody sees it; else what it would tell need not be found out.
    [[nodiscard]] bool is_shown() const { return enabled_; }
    /// What is done now, of how much, and the tokens so far. Rates count from the first update, so
    /// what an earlier run had done does not flatter them.
    void update(std::uint64_t done, std::uint64_t total, std::uint64_t tokens);
    /// Takes the line away, so that other text can be written; the next update draws it again.
    void clear();
    /// The line without control characters, in at most `width` columns; the bar goes first where
    /// there is little room, then the rate, then the time left.
    [[nodiscard]] std::string line(std::size_t width) const;

  private:
    [[nodiscard]] std::string composed(std::size_t width) const;
    void draw();

    bool enabled_;
    std::string unit_;
    Clock clock_;
    mutable std::mutex mutex_;
    std::chrono::steady_clock::time_point started_;
    std::chrono::steady_clock::time_point drawn_at_{};
    std::uint64_t done_ = 0;
    std::uint64_t first_done_ = 0;
    std::uint64_t total_ = 0;
    std::uint64_t tokens_ = 0;
    std::uint64_t first_tokens_ = 0;
    bool begun_ = false;
    bool drawn_ = false;
};

}  // namespace almagest::telemetry
