#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace almagest::text {

/// One text whose parts are to be counted. Holds a view of the text and its counter, which must
/// outlive it. Not thread-safe.
class MeasuredText {
  public:
    MeasuredText() = default;
    MeasuredText(const MeasuredText&) = delete;
    MeasuredText& operator=(const MeasuredText&) = delete;
    virtual ~MeasuredText() = default;

    /// The tokens of bytes [from, to) as a text of their own, exactly as the counter counts them.
    [[nodiscard]] virtual std::size_t count(std::size_t from, std::size_t to) = 0;
    /// About how far `tokens` reach from byte `from`: a byte offset, which may lie beyond the text.
    [[nodiscard]] virtual std::size_t reach(std::size_t from, std::size_t tokens) const = 0;
    /// About how far before byte `to` `tokens` begin: a byte offset.
    [[nodiscard]] virtual std::size_t reach_back(std::size_t to, std::size_t tokens) const = 0;
    /// Does a count cost next to nothing?
    [[nodiscard]] virtual bool is_cheap() const = 0;
};

/// Counts the tokens of a text as one model sees them. Implementations are thread-safe.
class TokenCounter {
  public:
    virtual ~TokenCounter() = default;
    [[nodiscard]] virtual std::size_t count(std::string_view utf8) const = 0;
    /// For counting many parts of one text. By default each is counted anew.
    [[nodiscard]] virtual std::unique_ptr<MeasuredText> measure(std::string_view utf8) const;
};

/// Code points divided by `characters_per_token`, rounded up: the estimate where no tokenizer is
/// at hand.
class EstimatedTokens final : public TokenCounter {
  public:
    /// Throws UsageError unless `characters_per_token` is above 0.
    explicit EstimatedTokens(double characters_per_token = 4.0);
    [[nodiscard]] std::size_t count(std::string_view utf8) const override;
    [[nodiscard]] std::unique_ptr<MeasuredText> measure(std::string_view utf8) const override;

  private:
    double characters_per_token_;
};

}  // namespace almagest::text
