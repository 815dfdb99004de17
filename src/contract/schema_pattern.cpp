// GCC 12 with sanitizers sees uninitialised members inside std::regex where there are none.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "contract/schema_pattern.h"

#include <algorithm>
#include <regex>
#include <vector>

namespace almagest::contract {
namespace {

/// How a pattern repeats, read from left to right.
class Repetitions {
  public:
    explicit Repetitions(std::string_view pattern) : pattern_(pattern) {}

    std::optional<std::string> fault() {
        for (at_ = 0; at_ < pattern_.size(); ++at_) {
            if (auto found = step()) return found;
        }
        if (unbounded_ > 3) return "repeats without bound more than three times";
        return std::nullopt;
    }

  private:
    std::optional<std::string> step() {
        const char c = pattern_[at_];
        bool closed_varying = false;
        if (takes_others() && !repeats_without_bound())
            return "takes other characters than it lists, but not any number of them (with * or "
                   "+): bytes are counted, not characters";
        if (c == '\\') {
            ++at_;
            if (at_ < pattern_.size() && pattern_[at_] >= '1' && pattern_[at_] <= '9') {
                return "refers back to a group";
            }
        } else if (c == '[') {
            skip_class();
        } else if (c == '(') {
            if (pattern_.substr(at_).starts_with("(?") &&
                !pattern_.substr(at_).starts_with("(?:")) {
                return "looks ahead";
            }
            if (pattern_.substr(at_).starts_with("(?:")) at_ += 2;
            varying_.push_back(false);
            return std::nullopt;
        } else if (c == '|') {
            if (!varying_.empty()) varying_.back() = true;
            return std::nullopt;
        } else if (c == ')') {
            if (varying_.empty()) return std::nullopt;
            closed_varying = varying_.back();
            varying_.pop_back();
            if (closed_varying && !varying_.empty()) varying_.back() = true;
        }
        return quantifier(closed_varying);
    }

    std::optional<std::string> quantifier(bool of_varying_group) {
        if (at_ + 1 >= pattern_.size()) return std::nullopt;
        const char next = pattern_[at_ + 1];
        if (next != '*' && next != '+' && next != '?' && next != '{') return std::nullopt;
        ++at_;
        std::string bounds;
        if (next == '{') {
            const auto end = pattern_.find('}', at_);
            if (end == std::string_view::npos) return std::nullopt;
            bounds = std::string(pattern_.substr(at_ + 1, end - at_ - 1));
            at_ = end;
            const auto digits = bounds.find_first_not_of("0123456789,");
            if (bounds.size() > 7 || digits != std::string::npos)
                return "has bounds that are no small numbers";
        }
        const bool unbounded = next == '*' || next == '+' || bounds.ends_with(',');
        if (next != '?' && of_varying_group)
            return "repeats a group that itself repeats or branches";
        if (unbounded) ++unbounded_;
        if (!varying_.empty()) varying_.back() = true;
        return std::nullopt;
    }

    /// Is here what may match a character beyond ASCII, byte by byte?
    [[nodiscard]] bool takes_others() const {
        const auto rest = pattern_.substr(at_);
        return rest.starts_with('.') || rest.starts_with("[^") || rest.starts_with("\\D") ||
               rest.starts_with("\\W") || rest.starts_with("\\S");
    }

    [[nodiscard]] bool repeats_without_bound() const {
        Repetitions ahead(pattern_);
        ahead.at_ = at_;
        if (pattern_[at_] == '[') ahead.skip_class();
        if (pattern_[at_] == '\\') ++ahead.at_;
        const auto next = pattern_.substr(std::min(ahead.at_ + 1, pattern_.size()));
        return next.starts_with('*') || next.starts_with('+');
    }

    void skip_class() {
        for (++at_; at_ < pattern_.size() && pattern_[at_] != ']'; ++at_) {
            if (pattern_[at_] == '\\') ++at_;
        }
    }

    std::string_view pattern_;
    std::size_t at_ = 0;
    std::size_t unbounded_ = 0;
    std::vector<bool> varying_;  // of each open group: does its length vary or its inside branch?
};

}  // namespace

std::optional<std::string> pattern_fault(std::string_view pattern) {
    if (pattern.size() > 500) return "is longer than 500 bytes";
    if (std::any_of(pattern.begin(), pattern.end(), [](char c) { return (c & 0x80) != 0; }))
        return "holds characters beyond ASCII, which are matched byte by byte";
    try {
        const std::regex compiled(pattern.begin(), pattern.end(), std::regex::ECMAScript);
    } catch (const std::regex_error& error) {
        return std::string("does not compile: ") + error.what();
    }
    return Repetitions(pattern).fault();
}

}  // namespace almagest::contract
