#include "work/pricing.h"

#include <gtest/gtest.h>

#include "work/spending.h"

namespace almagest::work {
namespace {

TEST(Pricing, CachedTokensCostLikeOthersUnlessTheyHaveAPrice) {
    config::ModelPrices prices{2.0, std::nullopt, 10.0};
    const model::Usage usage{1'000'000, 400'000, 100'000};
    EXPECT_DOUBLE_EQ(cost_of(usage, prices), 3.0);
    prices.per_million_cached_tokens = 0.5;
    EXPECT_DOUBLE_EQ(cost_of(usage, prices), 0.6 * 2.0 + 0.4 * 0.5 + 1.0);
}

TEST(Pricing, AModelsOwnPricesStandInForTheUsualOnes) {
    config::LlmSettings settings;
    settings.usual_prices.per_million_prompt_tokens = 1;
    settings.prices["dear"].per_million_prompt_tokens = 7;
    EXPECT_EQ(prices_of(settings, "dear").per_million_prompt_tokens, 7);
    EXPECT_EQ(prices_of(settings, "other").per_million_prompt_tokens, 1);
}

TEST(Spending, CountsGenerouslyWhatACallMayTake) {
    model::ChatRequest request;
    request.maximum_tokens = 100;
    request.messages = {{"user", std::string(250, 'a')}};
    EXPECT_EQ(most_tokens(request), 100 + 100 + 8);
    request.messages = {{"user", "語語"}};  // a character may be more than a token
    EXPECT_EQ(most_tokens(request), 100 + 3 + 8);
}

}  // namespace
}  // namespace almagest::work
