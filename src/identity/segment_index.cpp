#include "identity/segment_index.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace almagest::identity {
namespace {

std::uint64_t hash_of(std::size_t number, std::u32string_view segment) {
    std::uint64_t hash = 0x9E3779B97F4A7C15ULL * (number + 1);
    for (const auto character : segment) {
        hash ^= character;
        hash *= 0xD6E8FEB86659FD93ULL;
        hash ^= hash >> 32U;
    }
    return hash | 1U;  // never 0
}

std::size_t slot_of(std::uint64_t hash, std::size_t mask) {
    return static_cast<std::size_t>(hash >> 20U) & mask;
}

}  // namespace

Segment segment_of(std::size_t length, std::size_t count, std::size_t number) {
    const auto least = length / count;
    const auto short_ones = count - length % count;
    if (number < short_ones) return {number * least, least};
    return {number * least + (number - short_ones), least + 1};
}

SegmentIndex::SegmentIndex(std::span<const std::u32string_view> texts, std::uint32_t first_rank,
                           std::size_t length, std::size_t count)
    : length_(length), count_(count) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> postings;
    postings.reserve(texts.size() * count);
    for (std::size_t i = 0; i < texts.size(); ++i)
        for (std::size_t number = 0; number < count; ++number) {
            const auto segment = segment_of(length, count, number);
            postings.emplace_back(hash_of(number, texts[i].substr(segment.start, segment.length)),
                                  first_rank + static_cast<std::uint32_t>(i));
        }
    std::sort(postings.begin(), postings.end());
    ranks_.reserve(postings.size());
    slots_.resize(std::bit_ceil(2 * postings.size() + 1));
    const auto mask = slots_.size() - 1;
    for (std::size_t i = 0; i < postings.size();) {
        const auto hash = postings[i].first;
        auto place = slot_of(hash, mask);
        while (slots_[place].hash != 0) place = (place + 1) & mask;
        slots_[place] = {hash, static_cast<std::uint32_t>(i), 0};
        for (; i < postings.size() && postings[i].first == hash; ++i)
            ranks_.push_back(postings[i].second);
        slots_[place].end = static_cast<std::uint32_t>(i);
    }
}

std::span<const std::uint32_t> SegmentIndex::with(std::size_t number,
                                                  std::u32string_view segment) const {
    const auto hash = hash_of(number, segment);
    const auto mask = slots_.size() - 1;
    for (auto place = slot_of(hash, mask); slots_[place].hash != 0; place = (place + 1) & mask)
        if (slots_[place].hash == hash)
            return std::span(ranks_).subspan(slots_[place].start,
                                             slots_[place].end - slots_[place].start);
    return {};
}

}  // namespace almagest::identity
