#include "text/unchanged_chunks.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "text/code_points.h"

namespace almagest::text {
namespace {

constexpr std::size_t window = 32;  // bytes by which a place is found

/// Bytes of the earlier text.
struct Sought {
    std::size_t start = 0;
    std::size_t end = 0;
    std::size_t place = 0;  // among the chunks
};

struct Found {
    std::size_t start = 0;  // bytes of the present text
    std::size_t place = 0;
};

/// The hash of each window of a text in turn (Rabin and Karp).
class RollingHash {
  public:
    explicit RollingHash(std::string_view text) : text_(text) {
        for (std::size_t i = 0; i < window; ++i) {
            value_ = value_ * base + byte(i);
            if (i + 1 < window) leaving_ *= base;
        }
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }
    /// Of the window that begins one byte further than `start`.
    void roll(std::size_t start) {
        value_ = (value_ - byte(start) * leaving_) * base + byte(start + window);
    }

  private:
    static constexpr std::uint64_t base = 0x9E3779B97F4A7C15U;
    [[nodiscard]] std::uint64_t byte(std::size_t at) const {
        return static_cast<unsigned char>(text_[at]) + std::uint64_t{1};
    }
    std::string_view text_;
    std::uint64_t value_ = 0;
    std::uint64_t leaving_ = 1;
};

/// The chunks that are long enough and there once.
std::vector<Sought> sought_in(std::string_view earlier, const std::vector<Chunk>& chunks) {
    const CodePointIndex index(earlier);
    std::vector<Sought> all;
    std::unordered_map<std::string_view, int> times;
    for (std::size_t place = 0; place < chunks.size(); ++place) {
        const auto& range = chunks[place].range;
        all.push_back({index.byte_of(range.start), index.byte_of(range.end), place});
        ++times[index.slice(range)];
    }
    std::erase_if(all, [&](const Sought& one) {
        const auto content = earlier.substr(one.start, one.end - one.start);
        return content.size() < window || times[content] > 1;
    });
    return all;
}

/// The bytes before and behind a chunk decide whether it may begin and end there (a sentence that
/// goes on now, a table's row that grew), unless a line does.
bool stands_alike(std::string_view earlier, const Sought& one, std::string_view text,
                  std::size_t start) {
    const auto length = one.end - one.start;
    if (text.substr(start, length) != earlier.substr(one.start, length)) return false;
    const auto end = start + length;
    const auto before = [](std::string_view of, std::size_t at) {
        return of.substr(at - std::min(at, window), std::min(at, window));
    };
    const bool begins_a_line = (start == 0 || text[start - 1] == '\n') &&
                               (one.start == 0 || earlier[one.start - 1] == '\n');
    const bool ends_a_line = text[end - 1] == '\n';
    return (begins_a_line || before(earlier, one.start) == before(text, start)) &&
           (ends_a_line || earlier.substr(one.end, window) == text.substr(end, window));
}

std::vector<Found> places_in(std::string_view text, std::string_view earlier,
                             const std::vector<Sought>& sought) {
    std::unordered_multimap<std::uint64_t, const Sought*> by_hash;
    for (const auto& one : sought)
        by_hash.emplace(RollingHash(earlier.substr(one.start, window)).value(), &one);
    std::vector<Found> found;
    if (text.size() < window || sought.empty()) return found;
    RollingHash hash(text);
    for (std::size_t start = 0;; ++start) {
        const auto [first, last] = by_hash.equal_range(hash.value());
        for (auto it = first; it != last; ++it)
            if (stands_alike(earlier, *it->second, text, start))
                found.push_back({start, it->second->place});
        if (start + window >= text.size()) return found;
        hash.roll(start);
    }
}

/// The longest run of places that only rise (Fredman 1975).
std::vector<Found> in_order(const std::vector<Found>& found) {
    constexpr auto none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> tails;  // of runs of each length: the one that ends earliest
    std::vector<std::size_t> before(found.size(), none);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto at = std::lower_bound(
            tails.begin(), tails.end(), found[i].place,
            [&](std::size_t tail, std::size_t place) { return found[tail].place < place; });
        if (at != tails.begin()) before[i] = *(at - 1);
        if (at == tails.end()) {
            tails.push_back(i);
        } else {
            *at = i;
        }
    }
    std::vector<Found> run;
    for (auto i = tails.empty() ? none : tails.back(); i != none; i = before[i])
        run.push_back(found[i]);
    std::reverse(run.begin(), run.end());
    return run;
}

}  // namespace

std::vector<Chunk> unchanged_chunks(std::string_view earlier, const std::vector<Chunk>& chunks,
                                    std::string_view text) {
    const auto sought = sought_in(earlier, chunks);
    const auto found = in_order(places_in(text, earlier, sought));
    const CodePointIndex index(text);
    std::vector<Chunk> kept;
    for (const auto& one : found) {
        const auto& chunk = chunks[one.place];
        const auto start = index.code_point_of(one.start);
        const auto fresh = start + (chunk.fresh - chunk.range.start);
        if (!kept.empty() && fresh < kept.back().range.end) continue;
        kept.push_back({{start, start + chunk.range.length()}, fresh, chunk.tokens});
    }
    return kept;
}

}  // namespace almagest::text
