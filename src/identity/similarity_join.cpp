#include "identity/similarity_join.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <string_view>
#include <thread>

#include "error/error.h"
#include "identity/edit_distance.h"
#include "identity/segment_index.h"

namespace almagest::identity {
namespace {

constexpr std::size_t queries_a_step = 64;

/// Which characters a text has, in 64 classes. An edit takes away or brings one class at most.
std::uint64_t classes_of(std::u32string_view text) {
    std::uint64_t classes = 0;
    for (const auto character : text) classes |= std::uint64_t{1} << (character % 64);
    return classes;
}

bool within(std::uint64_t a, std::uint64_t b, std::size_t edits) {
    return static_cast<std::size_t>(std::popcount(a & ~b)) <= edits &&
           static_cast<std::size_t>(std::popcount(b & ~a)) <= edits;
}

/// The texts by length; a rank is a place in that order.
class Join {
  public:
    Join(const std::vector<std::u32string>& texts, const EditsAllowed& allowed, unsigned threads)
        : allowed_(&allowed), found_(std::max(1U, threads)), searchers_(found_.size()) {
        order_.resize(texts.size());
        std::iota(order_.begin(), order_.end(), 0U);
        std::stable_sort(order_.begin(), order_.end(),
                         [&](auto a, auto b) { return texts[a].size() < texts[b].size(); });
        texts_.reserve(texts.size());
        classes_.reserve(texts.size());
        for (const auto place : order_) {
            texts_.emplace_back(texts[place]);
            classes_.push_back(classes_of(texts[place]));
        }
    }

    std::vector<SimilarPair> run() {
        for (std::size_t start = 0; start < texts_.size();) {
            const auto length = texts_[start].size();
            auto end = start;
            while (end < texts_.size() && texts_[end].size() == length) ++end;
            groups_.push_back({length, start, end});
            start = end;
        }
        for (const auto& group : groups_)
            if (group.length > 0) join(group);
        std::vector<SimilarPair> all;
        // Nothing but an empty text is like an empty text.
        if (!groups_.empty() && groups_.front().length == 0)
            for (auto a = groups_.front().start; a < groups_.front().end; ++a)
                for (auto b = a + 1; b < groups_.front().end; ++b) all.push_back(pair_of(a, b, 0));
        for (auto& found : found_) {
            all.insert(all.end(), found.begin(), found.end());
            found = {};
        }
        std::sort(all.begin(), all.end());
        return all;
    }

  private:
    struct Group {
        std::size_t length = 0, start = 0, end = 0;
    };
    struct Searcher {
        EditPattern pattern;
        std::vector<std::uint32_t> seen;  ///< by rank: the query that met it last, plus one
    };

    SimilarPair pair_of(std::size_t a, std::size_t b, std::size_t edits) const {
        const auto [first, second] = std::minmax(order_[a], order_[b]);
        return {first, second, static_cast<std::uint32_t>(edits)};
    }

    template <class Step>
    void in_parallel(std::size_t count, std::size_t step, const Step& perform) {
        std::atomic<std::size_t> next{0};
        const auto work = [&](std::size_t thread) {
            for (auto from = next.fetch_add(step); from < count; from = next.fetch_add(step))
                for (auto i = from; i < std::min(count, from + step); ++i) perform(i, thread);
        };
        std::vector<std::jthread> threads;
        if (count > step)
            for (std::size_t thread = 1; thread < found_.size(); ++thread)
                threads.emplace_back(work, thread);
        work(0);
    }

    /// Pairs whose longer text is of this group (or both are).
    void join(const Group& group) {
        const auto edits = (*allowed_)(group.length);
        std::erase_if(indexes_, [&](const auto& index) {
            return index->length() + edits < group.length || index->count() != edits + 1;
        });
        std::vector<Group> missing;
        for (const auto& other : groups_)
            if (other.length > edits && other.length + edits >= group.length &&
                other.length <= group.length &&
                std::none_of(indexes_.begin(), indexes_.end(),
                             [&](const auto& index) { return index->length() == other.length; }))
                missing.push_back(other);
        const auto kept = indexes_.size();
        indexes_.resize(kept + missing.size());
        in_parallel(missing.size(), 1, [&](std::size_t i, std::size_t) {
            const auto& other = missing[i];
            indexes_[kept + i] = std::make_unique<const SegmentIndex>(
                std::span(texts_).subspan(other.start, other.end - other.start),
                static_cast<std::uint32_t>(other.start), other.length, edits + 1);
        });
        in_parallel(
            group.end - group.start, queries_a_step,
            [&](std::size_t i, std::size_t thread) { search(group.start + i, edits, thread); });
    }

    void search(std::size_t rank, std::size_t edits, std::size_t thread) {
        auto& searcher = searchers_[thread];
        if (searcher.seen.empty()) searcher.seen.assign(texts_.size(), 0);
        const auto text = texts_[rank];
        const auto mark = static_cast<std::uint32_t>(rank) + 1;
        bool is_assigned = false;
        for (const auto& index : indexes_) {
            const auto longer_by = text.size() - index->length();
            for (std::size_t number = 0; number <= edits; ++number) {
                const auto segment = segment_of(index->length(), edits + 1, number);
                // Where the segment may stand: few edits before it and few after it.
                const auto rest = edits - number;
                const auto from = std::max<std::ptrdiff_t>(
                    0, std::max(difference(segment.start, number),
                                difference(segment.start + longer_by, rest)));
                const auto to =
                    std::min({difference(text.size(), segment.length),
                              static_cast<std::ptrdiff_t>(segment.start + number),
                              static_cast<std::ptrdiff_t>(segment.start + longer_by + rest)});
                for (auto at = from; at <= to; ++at)
                    for (const auto other : index->with(
                             number, text.substr(static_cast<std::size_t>(at), segment.length))) {
                        if (other >= rank) break;  // ranks ascend
                        if (searcher.seen[other] == mark) continue;
                        searcher.seen[other] = mark;
                        if (!within(classes_[rank], classes_[other], edits)) continue;
                        if (!is_assigned) searcher.pattern.assign(text);
                        is_assigned = true;
                        const auto apart = searcher.pattern.distance(texts_[other], edits);
                        if (apart <= edits) found_[thread].push_back(pair_of(other, rank, apart));
                    }
            }
        }
    }

    static std::ptrdiff_t difference(std::size_t a, std::size_t b) {
        return static_cast<std::ptrdiff_t>(a) - static_cast<std::ptrdiff_t>(b);
    }

    const EditsAllowed* allowed_;
    std::vector<std::vector<SimilarPair>> found_;  ///< by thread
    std::vector<Searcher> searchers_;              ///< by thread
    std::vector<std::uint32_t> order_;
    std::vector<std::u32string_view> texts_;
    std::vector<std::uint64_t> classes_;
    std::vector<Group> groups_;
    std::vector<std::unique_ptr<const SegmentIndex>> indexes_;
};

}  // namespace

EditsAllowed edits_above(double similarity) {
    if (!(similarity >= 0.5 && similarity < 1))
        throw UsageError(
            fmt::format("a similarity must be at least 0.5 and below 1, not {}", similarity));
    return [similarity](std::size_t length) {
        const auto size = static_cast<double>(length);
        auto edits = static_cast<std::size_t>((1 - similarity) * size);
        while (edits > 0 && 1 - static_cast<double>(edits) / size <= similarity + 1e-12) --edits;
        return edits;
    };
}

std::vector<SimilarPair> similar_pairs(const std::vector<std::u32string>& texts,
                                       const EditsAllowed& allowed, unsigned threads) {
    if (texts.size() >= std::numeric_limits<std::uint32_t>::max())
        throw UsageError("too many names for one audit");
    return Join(texts, allowed, threads).run();
}

}  // namespace almagest::identity
