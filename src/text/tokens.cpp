#include "text/tokens.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstring>

#include "error/error.h"
#include "text/code_points.h"
#include "text/ranked_bits.h"

namespace almagest::text {
namespace {

/// Asks the counter each time and learns how many bytes a token has.
class AskedText final : public MeasuredText {
  public:
    AskedText(const TokenCounter& counter, std::string_view text)
        : counter_(counter), text_(text) {}

    std::size_t count(std::size_t from, std::size_t to) override {
        constexpr std::size_t telling_length = 64;
        const auto tokens = counter_.count(text_.substr(from, to - from));
        if (to - from >= telling_length && tokens > 0) {
            bytes_per_token_ = static_cast<double>(to - from) / static_cast<double>(tokens);
        }
        return tokens;
    }
    [[nodiscard]] std::size_t reach(std::size_t from, std::size_t tokens) const override {
        return from + bytes_of(tokens);
    }
    [[nodiscard]] std::size_t reach_back(std::size_t to, std::size_t tokens) const override {
        const auto bytes = bytes_of(tokens);
        return to > bytes ? to - bytes : 0;
    }
    [[nodiscard]] bool is_cheap() const override { return false; }

  private:
    [[nodiscard]] std::size_t bytes_of(std::size_t tokens) const {
        return static_cast<std::size_t>(static_cast<double>(tokens) * bytes_per_token_);
    }

    const TokenCounter& counter_;
    std::string_view text_;
    double bytes_per_token_ = 4.0;
};

std::size_t estimate(std::size_t characters, double characters_per_token) {
    return static_cast<std::size_t>(
        std::ceil(static_cast<double>(characters) / characters_per_token));
}

/// Where the code points of a text begin; nothing where each is one byte.
std::unique_ptr<RankedBits> starts_of(std::string_view utf8) {
    if (code_point_count(utf8) == utf8.size()) return nullptr;
    auto starts = std::make_unique<RankedBits>(utf8.size());
    constexpr std::size_t eight = 8;
    std::size_t at = 0;
    for (; at + eight <= utf8.size(); at += eight) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, utf8.data() + at, eight);
        // The lowest bit of each byte that begins a code point, gathered into one byte.
        const auto begins = (~bytes >> 7U | bytes >> 6U) & 0x0101010101010101ULL;
        starts->set_eight(at, begins * 0x0102040810204080ULL >> 56U);
    }
    for (; at < utf8.size(); ++at) {
        if ((static_cast<unsigned char>(utf8[at]) & 0xC0U) != 0x80U) starts->set(at);
    }
    starts->count();
    return starts;
}

class EstimatedText final : public MeasuredText {
  public:
    EstimatedText(std::string_view text, double characters_per_token)
        : starts_(starts_of(text)), characters_per_token_(characters_per_token) {}

    std::size_t count(std::size_t from, std::size_t to) override {
        return estimate(code_point(to) - code_point(from), characters_per_token_);
    }
    [[nodiscard]] std::size_t reach(std::size_t from, std::size_t tokens) const override {
        const auto to = code_point(from) + characters_of(tokens);
        return starts_ ? starts_->select(to) : to;
    }
    [[nodiscard]] std::size_t reach_back(std::size_t to, std::size_t tokens) const override {
        const auto end = code_point(to);
        const auto characters = characters_of(tokens);
        const auto from = end > characters ? end - characters : 0;
        return starts_ ? starts_->select(from) : from;
    }
    [[nodiscard]] bool is_cheap() const override { return true; }

  private:
    [[nodiscard]] std::size_t code_point(std::size_t at) const {
        return starts_ ? starts_->rank(at) : at;
    }
    [[nodiscard]] std::size_t characters_of(std::size_t tokens) const {
        return static_cast<std::size_t>(static_cast<double>(tokens) * characters_per_token_);
    }

    std::unique_ptr<RankedBits> starts_;
    double characters_per_token_;
};

}  // namespace

std::unique_ptr<MeasuredText> TokenCounter::measure(std::string_view utf8) const {
    return std::make_unique<AskedText>(*this, utf8);
}

EstimatedTokens::EstimatedTokens(double characters_per_token)
    : characters_per_token_(characters_per_token) {
    if (!(std::isfinite(characters_per_token) && characters_per_token > 0.0)) {
        throw UsageError(
            fmt::format("characters per token must be above 0, not {}", characters_per_token));
    }
}

std::size_t EstimatedTokens::count(std::string_view utf8) const {
    return estimate(code_point_count(utf8), characters_per_token_);
}

std::unique_ptr<MeasuredText> EstimatedTokens::measure(std::string_view utf8) const {
    return std::make_unique<EstimatedText>(utf8, characters_per_token_);
}

}  // namespace almagest::text
