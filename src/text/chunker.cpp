#include "text/chunker.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "error/error.h"
#include "text/cut_places.h"

namespace almagest::text {
namespace {

/// Bytes [start, end) of the text; its own text begins at `fresh`.
struct Piece {
    std::size_t start = 0;
    std::size_t fresh = 0;
    std::size_t end = 0;
    std::size_t tokens = 0;
};

struct Fit {
    std::size_t end = 0;
    std::size_t tokens = 0;
};

using Places = std::span<const std::size_t>;

class Chunker {
  public:
    Chunker(std::string_view text, const ChunkPolicy& policy, const TokenCounter& counter,
            std::string_view locale)
        : text_(text),
          maximum_(policy.maximum),
          overlap_(std::min(policy.overlap, policy.maximum / 2)),
          minimum_(policy.minimum <= policy.maximum ? policy.minimum : policy.maximum / 4),
          measured_(counter.measure(text)),
          places_(text, locale) {
        for (const auto& paragraph : places_.paragraphs()) {
            if (!paragraph.heading || paragraph.end == text.size()) {
                paragraph_ends_.push_back(paragraph.end);
            }
        }
    }

    /// `kept`: pieces that stay, in order; their tokens are counted anew.
    std::vector<Piece> cut(std::span<const Piece> kept) {
        std::vector<Piece> pieces;
        for (std::size_t fresh = 0; fresh < text_.size(); fresh = pieces.back().end) {
            while (!kept.empty() && kept.front().fresh < fresh) kept = kept.subspan(1);
            if (!kept.empty() && kept.front().fresh == fresh) {
                auto piece = kept.front();
                kept = kept.subspan(1);
                piece.tokens = measured_->count(piece.start, piece.end);
                if (piece.tokens <= maximum_) {
                    pieces.push_back(piece);
                    continue;
                }
            }
            const auto earliest = pieces.empty() ? fresh : pieces.back().fresh;
            const auto piece = next_piece(nearest_overlap_start(earliest, fresh), fresh);
            pieces.push_back(kept.empty() ? piece : up_to(piece, kept.front().fresh));
            const auto end = pieces.back().end;
            const bool is_last_before_kept = !kept.empty() && end == kept.front().fresh;
            if (end == text_.size() || is_last_before_kept) join_short_last(pieces);
        }
        return pieces;
    }

  private:
    /// Nothing that is likely to be far too long is counted, lest a text without places to cut it
    /// be counted as a whole for each chunk.
    [[nodiscard]] std::size_t far_behind(std::size_t from, std::size_t limit) const {
        constexpr std::size_t far_too_long = 8;
        constexpr std::size_t least_reach = 256;
        return measured_->reach(from, far_too_long * limit) + least_reach;
    }

    /// The last of `ends` up to which [from, end) has at most `limit` tokens. Guesses and counts to
    /// be sure; where counts are dear, stops when the next place looks too far.
    std::optional<Fit> fit(std::size_t from, Places ends, std::size_t limit) {
        constexpr int guesses = 4;
        const auto far = far_behind(from, limit);
        std::size_t low = 0;  // ends before this fit
        auto high = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), far) -
                                             ends.begin());
        std::optional<Fit> best;
        for (int round = 0; low < high; ++round) {
            std::size_t index = low + (high - low) / 2;
            if (round < guesses) {
                const auto within =
                    std::upper_bound(ends.begin(), ends.end(), measured_->reach(from, limit));
                const auto guess = static_cast<std::size_t>(within - ends.begin());
                index = std::clamp(guess == 0 ? 0 : guess - 1, low, high - 1);
            }
            const auto tokens = measured_->count(from, ends[index]);
            if (tokens > limit) {
                high = index;
                continue;
            }
            best = Fit{ends[index], tokens};
            low = index + 1;
            if (!measured_->is_cheap() && low < high && ends[low] > measured_->reach(from, limit)) {
                break;
            }
        }
        return best;
    }

    [[nodiscard]] static Places after(Places places, std::size_t offset) {
        const auto first = std::upper_bound(places.begin(), places.end(), offset);
        return places.subspan(static_cast<std::size_t>(first - places.begin()));
    }

    /// Tokens of the piece's own text, by its share of the bytes.
    [[nodiscard]] static std::size_t fresh_tokens(const Piece& piece) {
        const auto share = static_cast<double>(piece.end - piece.fresh) /
                           static_cast<double>(piece.end - piece.start);
        return static_cast<std::size_t>(static_cast<double>(piece.tokens) * share);
    }

    Piece next_piece(std::size_t start, std::size_t fresh) {
        const auto ends = after(paragraph_ends_, fresh);
        std::optional<Piece> by_paragraphs;
        if (const auto found = fit(start, ends, maximum_)) {
            by_paragraphs = Piece{start, fresh, found->end, found->tokens};
            const bool is_enough =
                found->end == text_.size() || fresh_tokens(*by_paragraphs) >= minimum_;
            if (is_enough) return *by_paragraphs;
        } else if (start < fresh) {
            if (const auto alone = fit(fresh, ends.first(1), maximum_)) {
                return with_overlap(fresh, *alone, start);
            }
        }
        const auto from = by_paragraphs ? by_paragraphs->end : fresh;
        const auto starts = sentence_starts_after(from);
        if (const auto found = fit(start, starts, maximum_)) {
            return {start, fresh, found->end, found->tokens};
        }
        if (by_paragraphs) return *by_paragraphs;
        if (const auto found = fit(fresh, starts, maximum_)) {
            return with_overlap(fresh, *found, start);
        }
        return inside_sentence(fresh, starts.empty() ? ends.front() : starts.front());
    }

    /// The piece, ended where the next one that stays begins.
    Piece up_to(const Piece& piece, std::size_t kept_from) {
        if (piece.end <= kept_from) return piece;
        const auto tokens = measured_->count(piece.start, kept_from);
        return tokens <= maximum_ ? Piece{piece.start, piece.fresh, kept_from, tokens} : piece;
    }

    /// Starts of sentences behind `from`, no further than a chunk may reach, in the paragraph there
    /// or, where that is a heading, in the first paragraph behind it that is none; of nothing but
    /// headings that far, their starts.
    std::vector<std::size_t> sentence_starts_after(std::size_t from) {
        const auto& paragraphs = places_.paragraphs();
        const auto far = far_behind(from, maximum_);
        std::vector<std::size_t> headings;
        for (auto i = places_.paragraph_at(from); i < paragraphs.size(); ++i) {
            const auto& [start, end, is_heading] = paragraphs[i];
            if (start > far) return headings;
            if (is_heading) {
                if (start > from) headings.push_back(start);
                continue;
            }
            const auto behind = after(places_.sentence_starts(i), from);
            const auto within = std::upper_bound(behind.begin(), behind.end(), far);
            if (behind.empty()) break;
            return {behind.begin(), std::max(within, behind.begin() + 1)};
        }
        return {};
    }

    /// The piece [fresh, found.end) with as much overlap, not before `earliest`, as still fits.
    Piece with_overlap(std::size_t fresh, const Fit& found, std::size_t earliest) {
        const auto room = std::min(overlap_, maximum_ - found.tokens);
        const auto start = overlap_start(earliest, fresh, room);
        if (start < fresh) {
            const auto tokens = measured_->count(start, found.end);
            if (tokens <= maximum_) return {start, fresh, found.end, tokens};
        }
        return {fresh, fresh, found.end, found.tokens};
    }

    /// Where a sentence is longer than a chunk: at a word, else between characters, else, in an
    /// endless character, between code points.
    Piece inside_sentence(std::size_t fresh, std::size_t sentence_end) {
        constexpr std::size_t least_reach = 256;
        const auto reach = least_reach + 2 * (measured_->reach(fresh, maximum_) - fresh);
        const auto& window = places_.window(fresh, reach, sentence_end);
        for (const auto& places : {Places(window.words), Places(window.graphemes)}) {
            if (const auto found = fit(fresh, after(places, fresh), maximum_)) {
                return {fresh, fresh, found->end, found->tokens};
            }
        }
        // The sentence's end is a cut too: a heading's, where the paragraph behind it is too long.
        const std::size_t end[] = {sentence_end};
        if (const auto found = fit(fresh, end, maximum_)) {
            return {fresh, fresh, found->end, found->tokens};
        }
        const auto behind = places_.code_point_starts(fresh, std::min(sentence_end, fresh + reach));
        if (const auto found = fit(fresh, behind, maximum_)) {
            return {fresh, fresh, found->end, found->tokens};
        }
        throw PermanentError("the character at byte " + std::to_string(fresh) +
                             " of the text takes more tokens than a chunk's maximum of " +
                             std::to_string(maximum_) + ": raise the maximum");
    }

    /// The start of an overlap of about the asked length: of the sentences that begin on either
    /// side of it the nearer one, so that on the average what was asked for is delivered.
    std::size_t nearest_overlap_start(std::size_t earliest, std::size_t fresh) {
        const auto within = overlap_start(earliest, fresh, overlap_);
        if (overlap_ == 0 || within == earliest) return within;
        const auto before = last_sentence_start(earliest, within);
        if (!before) return within;
        const auto shorter = within < fresh ? measured_->count(within, fresh) : 0;
        const auto longer = measured_->count(*before, fresh);
        const auto most = std::min(2 * overlap_, maximum_ / 2);
        const bool is_nearer = longer <= most && longer - overlap_ < overlap_ - shorter;
        return is_nearer ? *before : within;
    }

    /// The last start of a sentence in [from, to), where `to` lies behind `from`. Parts no more
    /// paragraphs into sentences than it must.
    std::optional<std::size_t> last_sentence_start(std::size_t from, std::size_t to) {
        const auto& paragraphs = places_.paragraphs();
        for (auto i = places_.paragraph_at(to - 1);; --i) {
            const auto& inside = places_.sentence_starts(i);
            const auto behind = std::lower_bound(inside.begin(), inside.end(), to);
            const auto start = paragraphs[i].start;
            if (behind != inside.begin()) {
                const auto last = *std::prev(behind);
                return last >= from ? std::optional(last) : std::nullopt;
            }
            if (start < from) return std::nullopt;
            if (text_[start] != '\n') return start;
            if (i == 0) return std::nullopt;
        }
    }

    /// The first start of a sentence in [earliest, fresh) from which at most `limit` tokens lead to
    /// `fresh`; `fresh` if there is none.
    std::size_t overlap_start(std::size_t earliest, std::size_t fresh, std::size_t limit) {
        if (limit == 0 || earliest >= fresh) return fresh;
        const auto wanted = measured_->reach_back(fresh, limit);
        const auto reach = fresh - wanted + (fresh - wanted) / 4;
        const auto from = std::max(earliest, fresh > reach ? fresh - reach : 0);
        const auto starts = sentence_starts_between(from, fresh);
        std::size_t low = 0;  // starts before this are too early
        std::size_t high = starts.size();
        for (bool first = true; low < high; first = false) {
            std::size_t index = low + (high - low) / 2;
            if (first) {
                const auto found = std::lower_bound(starts.begin(), starts.end(), wanted);
                index = std::min(static_cast<std::size_t>(found - starts.begin()), high - 1);
            }
            if (measured_->count(starts[index], fresh) > limit) {
                low = index + 1;
            } else {
                high = index;
                if (first && !measured_->is_cheap()) break;  // near enough to the limit
            }
        }
        return high < starts.size() ? starts[high] : fresh;
    }

    std::vector<std::size_t> sentence_starts_between(std::size_t from, std::size_t to) {
        const auto& paragraphs = places_.paragraphs();
        std::vector<std::size_t> starts;
        for (auto i = places_.paragraph_at(from); i < paragraphs.size() && paragraphs[i].start < to;
             ++i) {
            const bool blank_start = text_[paragraphs[i].start] == '\n';
            if (paragraphs[i].start >= from && !blank_start) starts.push_back(paragraphs[i].start);
            const auto& inside = places_.sentence_starts(i);
            const auto first = std::lower_bound(inside.begin(), inside.end(), from);
            const auto last = std::lower_bound(first, inside.end(), to);
            starts.insert(starts.end(), first, last);
        }
        return starts;
    }

    void join_short_last(std::vector<Piece>& pieces) {
        if (pieces.size() < 2 || fresh_tokens(pieces.back()) >= minimum_) return;
        auto& before = pieces[pieces.size() - 2];
        const auto end = pieces.back().end;
        const std::size_t ends[] = {end};
        if (const auto whole = fit(before.start, ends, maximum_)) {
            before = {before.start, before.fresh, end, whole->tokens};
        } else if (const auto bare = fit(before.fresh, ends, maximum_)) {
            before = with_overlap(before.fresh, *bare, before.start);
        } else {
            return;
        }
        pieces.pop_back();
    }

    std::string_view text_;
    std::size_t maximum_;
    std::size_t overlap_;
    std::size_t minimum_;
    std::unique_ptr<MeasuredText> measured_;
    CutPlaces places_;
    std::vector<std::size_t> paragraph_ends_;
};

}  // namespace

std::vector<Chunk> chunk_text(std::string_view utf8, const ChunkPolicy& policy,
                              const TokenCounter& counter, std::string_view locale,
                              const std::vector<Chunk>& kept) {
    if (policy.maximum == 0) throw UsageError("a chunk's maximum must be at least 1 token, not 0");
    const CodePointIndex index(utf8);
    std::vector<Piece> staying;
    staying.reserve(kept.size());
    for (const auto& one : kept)
        staying.push_back({index.byte_of(one.range.start), index.byte_of(one.fresh),
                           index.byte_of(one.range.end), 0});
    std::vector<Chunk> chunks;
    for (const auto& piece : Chunker(utf8, policy, counter, locale).cut(staying)) {
        chunks.push_back({{index.code_point_of(piece.start), index.code_point_of(piece.end)},
                          index.code_point_of(piece.fresh),
                          piece.tokens});
    }
    return chunks;
}

}  // namespace almagest::text
