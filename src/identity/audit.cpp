#include "identity/audit.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "identity/similarity_join.h"
#include "identity/utf8.h"

namespace almagest::identity {
namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

/// Wider than any one threshold: two slips in a name of ten letters. The evidence decides.
std::size_t edits_to_look_at(std::size_t length) {
    return length < 5 ? 0 : length < 9 ? 1 : length < 17 ? 2 : length < 28 ? 3 : 4;
}

std::vector<std::string> sorted_words(const std::string& key) {
    std::vector<std::string> words;
    for (std::size_t start = 0; start < key.size();) {
        const auto end = std::min(key.find(' ', start), key.size());
        if (end > start && key.substr(start, end - start) != "and")
            words.push_back(key.substr(start, end - start));
        start = end + 1;
    }
    std::sort(words.begin(), words.end());
    return words;
}

/// Names under one key, each with each; a key that many bear tells nothing.
void pairs_under(std::vector<std::pair<std::string, std::uint32_t>>& keyed,
                 std::vector<Pair>& pairs) {
    constexpr std::size_t many = 12;
    std::sort(keyed.begin(), keyed.end());
    for (std::size_t start = 0; start < keyed.size();) {
        auto end = start;
        while (end < keyed.size() && keyed[end].first == keyed[start].first) ++end;
        if (end - start <= many)
            for (auto a = start; a < end; ++a)
                for (auto b = a + 1; b < end; ++b)
                    if (keyed[a].second != keyed[b].second)  // twice by words of one letter
                        pairs.emplace_back(std::minmax(keyed[a].second, keyed[b].second));
        start = end;
    }
}

std::string key_of(const std::vector<std::string>& words) {
    std::string key;
    for (const auto& word : words) key += word + " ";
    return key;
}

/// Other order, and one word short of its initial: every name stands under its words with each one
/// cut down in turn.
void pairs_of_words(const std::vector<Name>& names, std::vector<Pair>& pairs) {
    std::vector<std::pair<std::string, std::uint32_t>> in_order;
    std::vector<std::pair<std::string, std::uint32_t>> with_initial;
    for (std::uint32_t i = 0; i < names.size(); ++i) {
        auto words = sorted_words(names[i].key);
        if (words.size() < 2) continue;
        in_order.emplace_back(key_of(words), i);
        if (words.size() > 6) continue;
        for (std::size_t w = 0; w < words.size(); ++w) {
            auto cut = words;
            cut[w].resize(1);
            std::sort(cut.begin(), cut.end());
            with_initial.emplace_back(key_of(cut), i);
        }
    }
    pairs_under(in_order, pairs);
    pairs_under(with_initial, pairs);
}

}  // namespace

std::vector<CandidatePair> audit(const std::vector<Name>& names, unsigned threads,
                                 double threshold) {
    WordCounts counts;
    std::vector<std::u32string> texts;
    texts.reserve(names.size());
    for (const auto& name : names) {
        counts.add(name.key);
        texts.push_back(code_points_of(name.key));
    }
    const auto alike = similar_pairs(texts, edits_to_look_at, threads);
    std::vector<Pair> pairs;
    pairs.reserve(alike.size());
    for (const auto& pair : alike) pairs.emplace_back(pair.first, pair.second);
    pairs_of_words(names, pairs);
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());

    std::vector<std::vector<CandidatePair>> found(std::max(1U, threads));
    std::atomic<std::size_t> next{0};
    {
        constexpr std::size_t step = 256;
        std::vector<std::jthread> workers;
        workers.reserve(found.size());
        for (auto& own : found)
            workers.emplace_back([&] {
                for (auto from = next.fetch_add(step); from < pairs.size();
                     from = next.fetch_add(step))
                    for (auto i = from; i < std::min(pairs.size(), from + step); ++i) {
                        const auto [first, second] = pairs[i];
                        auto judgement = judge(names[first], names[second], counts);
                        if (judgement.score >= threshold)
                            own.push_back({first, second, std::move(judgement)});
                    }
            });
    }
    std::vector<CandidatePair> all;
    for (auto& own : found)
        all.insert(all.end(), std::make_move_iterator(own.begin()),
                   std::make_move_iterator(own.end()));
    std::sort(all.begin(), all.end(), [](const CandidatePair& a, const CandidatePair& b) {
        return std::tie(b.judgement.score, a.first, a.second) <
               std::tie(a.judgement.score, b.first, b.second);
    });
    return all;
}

}  // namespace almagest::identity
