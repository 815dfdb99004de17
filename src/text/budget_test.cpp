#include "text/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/error.h"
#include "text/tokens.h"

namespace almagest::text {
namespace {

TEST(ChunkBudget, IsWhatPromptContractReserveAndMarginLeave) {
    const auto budget = chunk_budget({128000, 1500, 300, 3000, 0.15}, {});
    EXPECT_EQ(budget.available, 104000U);
    EXPECT_EQ(budget.policy.maximum, 8000U);
    EXPECT_EQ(budget.policy.overlap, 1000U);
    EXPECT_EQ(budget.policy.minimum, 2000U);
    EXPECT_TRUE(budget.warnings.empty());
}

TEST(ChunkBudget, NarrowsThePolicyInASmallWindowAndSaysSo) {
    const auto budget = chunk_budget({2048, 300, 100, 341, 0.15}, {});
    EXPECT_EQ(budget.available, 2048U - 300 - 100 - 341 - 308);
    EXPECT_EQ(budget.policy.maximum, 999U);
    EXPECT_EQ(budget.policy.overlap, 124U);
    EXPECT_EQ(budget.policy.minimum, 249U);
    ASSERT_EQ(budget.warnings.size(), 1U);
    EXPECT_THAT(budget.warnings[0], testing::HasSubstr("999"));
}

TEST(ChunkBudget, RefusesAWindowThatLeavesTooLittleWithItsNumbers) {
    try {
        (void)chunk_budget({1000, 500, 100, 230, 0.15}, {});
        FAIL() << "20 tokens were accepted";
    } catch (const UsageError& error) {
        for (const auto* number : {"1000", " 20 ", "32", "500", "100", "230", "150"}) {
            EXPECT_THAT(error.what(), testing::HasSubstr(number));
        }
    }
    EXPECT_THROW((void)chunk_budget({100, 500, 0, 0, 0.15}, {}), UsageError);
    EXPECT_NO_THROW((void)chunk_budget({1000, 500, 100, 218, 0.15}, {}));
    EXPECT_THROW((void)chunk_budget({1000, 500, 100, 219, 0.15}, {}), UsageError);
}

TEST(ChunkBudget, RefusesPoliciesThatContradictThemselves) {
    EXPECT_THROW((void)chunk_budget({128000, 0, 0, 0, 1.0}, {}), UsageError);
    EXPECT_THROW((void)chunk_budget({128000, 0, 0, 0, -0.1}, {}), UsageError);
    EXPECT_THROW((void)chunk_budget({128000, 0, 0, 0, 0.15}, {100, 100, 50}), UsageError);
    EXPECT_THROW((void)chunk_budget({128000, 0, 0, 0, 0.15}, {100, 10, 200}), UsageError);
    EXPECT_THROW((void)chunk_budget({128000, 0, 0, 0, 0.15}, {0, 0, 0}), UsageError);
}

TEST(EstimatedTokens, CountsCodePointsRoundedUp) {
    EXPECT_EQ(EstimatedTokens().count(""), 0U);
    EXPECT_EQ(EstimatedTokens().count("a"), 1U);
    EXPECT_EQ(EstimatedTokens().count("🛶🛶🛶🛶"), 1U);
    EXPECT_EQ(EstimatedTokens().count("abcde"), 2U);
    EXPECT_EQ(EstimatedTokens(1.0).count("é晨"), 2U);
    EXPECT_THROW(EstimatedTokens(0.0), UsageError);
    EXPECT_THROW(EstimatedTokens(-1.0), UsageError);
}

}  // namespace
}  // namespace almagest::text
