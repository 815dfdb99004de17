#include "text/ranked_bits.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace almagest::text {
namespace {

TEST(RankedBits, AreCountedAndFound) {
    std::mt19937 random(5);
    for (const std::size_t size : {1U, 63U, 64U, 65U, 255U, 256U, 257U, 3000U}) {
        for (const unsigned one_in : {1U, 3U, 400U}) {
            RankedBits bits(size);
            std::vector<std::size_t> set;
            for (std::size_t at = 0; at < size; ++at) {
                if (random() % one_in != 0) continue;
                bits.set(at);
                set.push_back(at);
            }
            bits.count();
            std::size_t below = 0;
            for (std::size_t at = 0; at <= size; ++at) {
                ASSERT_EQ(bits.rank(at), below) << at << " of " << size;
                if (at == size) break;
                const bool is_set = below < set.size() && set[below] == at;
                ASSERT_EQ(bits.is_set(at), is_set);
                below += is_set ? 1 : 0;
                ASSERT_EQ(bits.last_up_to(at), below == 0 ? 0 : set[below - 1]);
            }
            for (std::size_t i = 0; i < set.size(); ++i) ASSERT_EQ(bits.select(i), set[i]);
            EXPECT_EQ(bits.select(set.size()), size);
            EXPECT_EQ(bits.select(set.size() + 1000), size);
        }
    }
}

TEST(RankedBits, MayBeNone) {
    RankedBits bits(0);
    bits.count();
    EXPECT_EQ(bits.rank(0), 0U);
    EXPECT_EQ(bits.select(0), 0U);
}

}  // namespace
}  // namespace almagest::text
