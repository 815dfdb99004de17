#include "text/bpe_tokens.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "error/error.h"
#include "text/bpe_merge.h"
#include "text/ranked_bits.h"

namespace almagest::text {
namespace {

/// Gives the tokens of pieces; keeps what it needs for that from one piece to the next.
class Pieces {
  public:
    explicit Pieces(const BpeVocabulary& vocabulary) : vocabulary_(vocabulary) {}

    /// Calls `on_token(start, end)` in bytes of the piece.
    template <typename OnToken>
    void tokens(std::string_view piece, OnToken on_token) {
        if (vocabulary_.rank(piece) != BpeVocabulary::kNone) {
            on_token(std::size_t{0}, piece.size());
            return;
        }
        merge_bytes(vocabulary_, piece, ends_);
        std::size_t start = 0;
        for (const std::size_t end : ends_) {
            on_token(start, end);
            start = end;
        }
    }

    std::size_t count(std::string_view piece) {
        if (vocabulary_.rank(piece) != BpeVocabulary::kNone) return 1;
        merge_bytes(vocabulary_, piece, ends_);
        return ends_.size();
    }

    std::size_t count_all(PieceRules rules, std::string_view text) {
        std::size_t tokens = 0;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = piece_end(rules, text, at);
            tokens += count(text.substr(at, end - at));
            at = end;
        }
        return tokens;
    }

  private:
    const BpeVocabulary& vocabulary_;
    std::vector<std::uint32_t> ends_;
};

/// Which bytes begin a piece and which a token. A cut changes the pieces only around it, so that a
/// part's tokens are those of the whole text but for its edges.
class BpeText final : public MeasuredText {
  public:
    BpeText(const BpeVocabulary& vocabulary, PieceRules rules, std::string_view text)
        : pieces_(vocabulary),
          rules_(rules),
          text_(text),
          piece_starts_(text.size()),
          token_starts_(text.size()) {
        for (std::size_t at = 0; at < text.size();) {
            const auto end = piece_end(rules, text, at);
            piece_starts_.set(at);
            if (end - at > kLongestExact) {
                add_in_blocks(at, end);
            } else {
                add(at, end);
            }
            at = end;
        }
        piece_starts_.count();
        token_starts_.count();
    }

    std::size_t count(std::size_t from, std::size_t to) override {
        auto part = text_.substr(0, to);
        std::size_t tokens = 0;
        std::size_t at = from;
        while (at < to && !piece_starts_.is_set(at)) {
            const auto end = piece_end(rules_, part, at);
            tokens += pieces_.count(part.substr(at, end - at));
            at = end;
        }
        // White space before a cut goes into other pieces than before more text, and so may what
        // the piece before it took of it.
        const auto words_end = before_white_space(at, to);
        if (words_end > at) {
            const auto last = piece_starts_.last_up_to(words_end - 1);
            if (last > at) {
                tokens += whole_pieces(at, last);
                at = last;
            }
        }
        part.remove_prefix(at);
        return tokens + pieces_.count_all(rules_, part);
    }

    [[nodiscard]] std::size_t reach(std::size_t from, std::size_t tokens) const override {
        return token_starts_.select(token_starts_.rank(from) + tokens);
    }
    [[nodiscard]] std::size_t reach_back(std::size_t to, std::size_t tokens) const override {
        const auto rank = token_starts_.rank(to);
        return token_starts_.select(rank > tokens ? rank - tokens : 0);
    }
    [[nodiscard]] bool is_cheap() const override { return true; }

  private:
    /// Longer pieces take too much memory to be merged as a whole, and are never counted as a
    /// whole either unless a chunk is that large.
    static constexpr std::size_t kLongestExact = 65'536;

    void add(std::size_t from, std::size_t to) {
        pieces_.tokens(text_.substr(from, to - from),
                       [&](std::size_t start, std::size_t) { token_starts_.set(from + start); });
    }

    void add_in_blocks(std::size_t from, std::size_t to) {
        constexpr std::size_t block = 4096;
        for (auto at = from; at < to; at += block) add(at, std::min(at + block, to));
        inexact_.push_back({from, to});
    }

    [[nodiscard]] std::size_t before_white_space(std::size_t from, std::size_t to) const {
        while (to > from) {
            auto start = to - 1;
            while (start > from && to - start < 4 && U8_IS_TRAIL(text_[start])) --start;
            const auto* bytes = reinterpret_cast<const std::uint8_t*>(text_.data() + start);
            std::int32_t used = 0;
            UChar32 c = 0;
            U8_NEXT(bytes, used, static_cast<std::int32_t>(to - start), c);
            if (c < 0 || u_isUWhiteSpace(c) == 0) break;
            to = start;
        }
        return to;
    }

    /// The tokens between two starts of pieces.
    std::size_t whole_pieces(std::size_t from, std::size_t to) {
        const auto next =
            std::upper_bound(inexact_.begin(), inexact_.end(), from,
                             [](std::size_t at, const Span& span) { return at < span.end; });
        if (next == inexact_.end() || next->start >= to) {
            return token_starts_.rank(to) - token_starts_.rank(from);
        }
        std::size_t tokens = 0;
        for (auto at = from; at < to;) {
            const auto end = piece_end(rules_, text_, at);
            tokens += pieces_.count(text_.substr(at, end - at));
            at = end;
        }
        return tokens;
    }

    struct Span {
        std::size_t start;
        std::size_t end;
    };

    Pieces pieces_;
    PieceRules rules_;
    std::string_view text_;
    RankedBits piece_starts_;
    RankedBits token_starts_;
    std::vector<Span> inexact_;
};

}  // namespace

BpeTokens::BpeTokens(std::shared_ptr<const BpeVocabulary> vocabulary, PieceRules rules)
    : vocabulary_(std::move(vocabulary)), rules_(rules) {
    if (!vocabulary_) throw std::invalid_argument("tokens need a vocabulary");
}

std::size_t BpeTokens::count(std::string_view utf8) const {
    return Pieces(*vocabulary_).count_all(rules_, utf8);
}

std::unique_ptr<MeasuredText> BpeTokens::measure(std::string_view utf8) const {
    return std::make_unique<BpeText>(*vocabulary_, rules_, utf8);
}

std::vector<std::uint32_t> BpeTokens::encode(std::string_view utf8) const {
    std::vector<std::uint32_t> ids;
    Pieces pieces(*vocabulary_);
    for (std::size_t at = 0; at < utf8.size();) {
        const auto piece = utf8.substr(at, piece_end(rules_, utf8, at) - at);
        pieces.tokens(piece, [&](std::size_t start, std::size_t end) {
            ids.push_back(vocabulary_->rank(piece.substr(start, end - start)));
        });
        at += piece.size();
    }
    return ids;
}

std::unique_ptr<BpeTokens> load_bpe_tokens(const std::filesystem::path& file,
                                           const std::string& rules) {
    const auto known = piece_rules_named(rules.empty() ? file.filename().string() : rules);
    if (!known) {
        throw UsageError(fmt::format(
            "which rules the vocabulary {} goes with cannot be told from {}: give r50k, p50k, "
            "cl100k or o200k",
            file.string(), rules.empty() ? "its name" : fmt::format("\"{}\"", rules)));
    }
    return std::make_unique<BpeTokens>(
        std::make_shared<const BpeVocabulary>(BpeVocabulary::load(file)), *known);
}

}  // namespace almagest::text
