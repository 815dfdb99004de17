#include "text/bpe_merge.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <queue>

namespace almagest::text {
namespace {

constexpr auto kNone = BpeVocabulary::kNone;

/// Up to here looking through all pairs for the lowest is faster than keeping them in order.
constexpr std::size_t kSmall = 96;

std::uint32_t first_pair(const BpeVocabulary& vocabulary, std::string_view piece, std::size_t at) {
    return vocabulary.rank_of_pair(static_cast<unsigned char>(piece[at]),
                                   static_cast<unsigned char>(piece[at + 1]));
}

void merge_small(const BpeVocabulary& vocabulary, std::string_view piece,
                 std::vector<std::uint32_t>& ends) {
    struct Part {
        std::uint32_t start;
        std::uint32_t rank;  // of the part with the next one
    };
    std::array<Part, kSmall + 1> parts;  // NOLINT(cppcoreguidelines-pro-type-member-init): speed
    std::size_t count = piece.size();
    for (std::size_t i = 0; i < count; ++i) {
        parts[i] = {static_cast<std::uint32_t>(i),
                    i + 1 < count ? first_pair(vocabulary, piece, i) : kNone};
    }
    parts[count] = {static_cast<std::uint32_t>(count), kNone};
    // Of the part at `i` with the one after the next, which it is about to be joined with.
    const auto rank_of = [&](std::size_t i, std::size_t behind) {
        return behind > count ? kNone
                              : vocabulary.rank(piece.substr(parts[i].start,
                                                             parts[behind].start - parts[i].start));
    };
    for (;;) {
        std::size_t best = 0;
        for (std::size_t i = 1; i < count; ++i) {
            if (parts[i].rank < parts[best].rank) best = i;
        }
        if (parts[best].rank == kNone) break;
        parts[best].rank = rank_of(best, best + 3);
        if (best > 0) parts[best - 1].rank = rank_of(best - 1, best + 2);
        std::copy(parts.begin() + static_cast<std::ptrdiff_t>(best) + 2,
                  parts.begin() + static_cast<std::ptrdiff_t>(count) + 1,
                  parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
        --count;
    }
    for (std::size_t i = 1; i <= count; ++i) ends.push_back(parts[i].start);
}

/// The parts as a list over their first bytes, their pairs in a heap; a pair whose part has gone
/// or grown since is passed over.
void merge_large(const BpeVocabulary& vocabulary, std::string_view piece,
                 std::vector<std::uint32_t>& ends) {
    const auto size = static_cast<std::uint32_t>(piece.size());
    std::vector<std::uint32_t> next(size + std::size_t{1});
    std::vector<std::uint32_t> before(size + std::size_t{1});
    std::vector<std::uint32_t> ranks(size + std::size_t{1}, kNone);
    std::vector<std::uint64_t> pairs;  // rank and start
    const auto packed = [](std::uint32_t rank, std::uint32_t start) {
        return std::uint64_t{rank} << 32U | start;
    };
    for (std::uint32_t i = 0; i <= size; ++i) {
        next[i] = i + 1;
        before[i] = i - 1;
        if (i + 1 >= size) continue;
        ranks[i] = first_pair(vocabulary, piece, i);
        if (ranks[i] != kNone) pairs.push_back(packed(ranks[i], i));
    }
    std::priority_queue waiting(std::greater<>(), std::move(pairs));
    const auto offer = [&](std::uint32_t start) {
        const auto end = next[start] < size ? next[next[start]] : size + 1;
        ranks[start] = end <= size ? vocabulary.rank(piece.substr(start, end - start)) : kNone;
        if (ranks[start] != kNone) waiting.push(packed(ranks[start], start));
    };
    while (!waiting.empty()) {
        const auto rank = static_cast<std::uint32_t>(waiting.top() >> 32U);
        const auto start = static_cast<std::uint32_t>(waiting.top());
        waiting.pop();
        if (ranks[start] != rank) continue;
        const auto joined = next[start];
        ranks[joined] = kNone;
        next[start] = next[joined];
        before[next[start]] = start;
        offer(start);
        if (start > 0) offer(before[start]);
    }
    for (std::uint32_t start = 0; start < size; start = next[start]) ends.push_back(next[start]);
}

}  // namespace

void merge_bytes(const BpeVocabulary& vocabulary, std::string_view piece,
                 std::vector<std::uint32_t>& ends) {
    ends.clear();
    if (piece.size() <= kSmall) {
        merge_small(vocabulary, piece, ends);
    } else {
        merge_large(vocabulary, piece, ends);
    }
}

}  // namespace almagest::text
