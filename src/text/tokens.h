#pragma once

#include <cstddef>
#include <string_view>

namespace almagest::text {

/// Counts the tokens of a text as one model sees them. Implementations are thread-safe.
class TokenCounter {
  public:
    virtual ~TokenCounter() = default;
    [[nodiscard]] virtual std::size_t count(std::string_view utf8) const = 0;
};

/// Code points divided by `characters_per_token`, rounded up: the estimate where no tokenizer is
/// at hand.
class EstimatedTokens final : public TokenCounter {
  public:
    /// Throws UsageError unless `characters_per_token` is above 0.
    explicit EstimatedTokens(double characters_per_token = 4.0);
    [[nodiscard]] std::size_t count(std::string_view utf8) const override;

  private:
    double characters_per_token_;
};

}  // namespace almagest::text
