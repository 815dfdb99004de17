#include "work/circuit_breaker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace almagest::work {
namespace {

using namespace std::chrono_literals;
using State = CircuitBreaker::State;

class Circuit : public testing::Test {
  protected:
    bool fail(std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
        return breaker.begin_call().value().failed(retry_after);
    }
    bool succeed() { return breaker.begin_call().value().succeeded(); }
    void open() {
        fail();
        fail();
        ASSERT_TRUE(fail());
    }

    CircuitBreaker::Clock::time_point now{1h};
    CircuitBreaker breaker{{.failures = 3, .first_pause = 5s, .longest_pause = 5min},
                           [this] { return now; }};
};

TEST_F(Circuit, IsClosedAtFirstAndLetsEverythingThrough) {
    EXPECT_EQ(breaker.state(), State::closed);
    EXPECT_EQ(breaker.claims_allowed(64), 64U);
    EXPECT_EQ(breaker.pause_left(), 0s);
    EXPECT_FALSE(breaker.begin_call().value().is_probe());
}

TEST_F(Circuit, OpensAfterSoManyFailuresInARow) {
    EXPECT_FALSE(fail());
    EXPECT_FALSE(fail());
    EXPECT_TRUE(breaker.allows_claims());
    EXPECT_TRUE(fail());
    EXPECT_EQ(breaker.state(), State::open);
    EXPECT_EQ(breaker.claims_allowed(64), 0U);
    EXPECT_FALSE(breaker.begin_call());
    EXPECT_EQ(breaker.pause_left(), 5s);
    EXPECT_EQ(breaker.times_opened(), 1U);
}

TEST_F(Circuit, ASuccessInBetweenStartsTheCountAgain) {
    fail();
    fail();
    EXPECT_FALSE(succeed());
    fail();
    fail();
    EXPECT_EQ(breaker.state(), State::closed);
    EXPECT_TRUE(fail());
}

TEST_F(Circuit, ACallThatSaysNothingCountsAsNeither) {
    fail();
    fail();
    (void)breaker.begin_call();
    EXPECT_TRUE(fail());
}

TEST_F(Circuit, LetsOneProbeThroughWhenThePauseIsOver) {
    open();
    now += 5s - 1ns;
    EXPECT_FALSE(breaker.begin_call());
    now += 1ns;
    EXPECT_EQ(breaker.state(), State::half_open);
    EXPECT_EQ(breaker.claims_allowed(64), 1U);
    auto probe = breaker.begin_call();
    ASSERT_TRUE(probe);
    EXPECT_TRUE(probe->is_probe());
    EXPECT_EQ(breaker.claims_allowed(64), 0U);
    EXPECT_FALSE(breaker.begin_call());
    EXPECT_TRUE(probe->succeeded());
    EXPECT_EQ(breaker.state(), State::closed);
    EXPECT_EQ(breaker.claims_allowed(64), 64U);
}

TEST_F(Circuit, DoublesThePauseUpToTheLongestAndForgetsItWhenClosed) {
    open();
    for (const auto pause : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
        now += breaker.pause_left();
        EXPECT_TRUE(fail());
        EXPECT_EQ(breaker.pause_left(), pause);
    }
    EXPECT_EQ(breaker.times_opened(), 8U);
    now += breaker.pause_left();
    EXPECT_TRUE(succeed());
    open();
    EXPECT_EQ(breaker.pause_left(), 5s);
}

TEST_F(Circuit, ObeysALongerRetryAfterAndNotAShorterOne) {
    fail();
    fail();
    fail(1s);
    EXPECT_EQ(breaker.pause_left(), 5s);
    now += 5s;
    fail(20min);
    EXPECT_EQ(breaker.pause_left(), 20min);
    now += 20min;
    fail();
    EXPECT_EQ(breaker.pause_left(), 20s) << "doubled from the back-off, not from Retry-After";
}

TEST_F(Circuit, CallsOfBeforeTheOutageDecideNothing) {
    auto slow_failure = breaker.begin_call();
    auto slow_success = breaker.begin_call();
    auto asked_to_wait = breaker.begin_call();
    auto long_gone = breaker.begin_call();
    open();
    EXPECT_FALSE(slow_failure->failed());
    EXPECT_EQ(breaker.pause_left(), 5s);
    EXPECT_FALSE(slow_success->succeeded());
    EXPECT_EQ(breaker.state(), State::open);
    EXPECT_FALSE(asked_to_wait->failed(30s));
    EXPECT_EQ(breaker.pause_left(), 30s);
    now += 30s;
    EXPECT_TRUE(succeed());
    EXPECT_FALSE(long_gone->failed());
    fail();
    fail();
    EXPECT_EQ(breaker.state(), State::closed) << "its failure did not count";
}

TEST_F(Circuit, AProbeThatSaysNothingMakesRoomForAnother) {
    open();
    now += 5s;
    {
        auto probe = breaker.begin_call();
        ASSERT_TRUE(probe);
        auto moved = std::move(*probe);
        probe.reset();
        EXPECT_FALSE(breaker.begin_call()) << "it is out until the moved-to one ends";
    }
    EXPECT_EQ(breaker.state(), State::half_open);
    EXPECT_TRUE(succeed());
}

TEST_F(Circuit, IsToldOnceHowACallEnded) {
    auto call = breaker.begin_call();
    call->failed();
    call->failed();
    call->failed();
    EXPECT_FALSE(call->failed());
    EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(Circuit, RefusesOptionsThatMakeNoSense) {
    EXPECT_THROW(CircuitBreaker({.failures = 0}), std::invalid_argument);
    EXPECT_THROW(CircuitBreaker({.first_pause = 0s}), std::invalid_argument);
    EXPECT_THROW(CircuitBreaker({.first_pause = 10s, .longest_pause = 5s}), std::invalid_argument);
}

TEST(CircuitOfManyThreads, LetsExactlyOneProbeThroughEachTime) {
    std::atomic<CircuitBreaker::Clock::rep> ticks{1};
    CircuitBreaker breaker({.failures = 1}, [&] {
        return CircuitBreaker::Clock::time_point(CircuitBreaker::Clock::duration(ticks.load()));
    });
    breaker.begin_call()->failed();
    for (int round = 0; round < 200; ++round) {
        ticks += breaker.pause_left().count();
        std::atomic<int> probes{0};
        std::vector<std::optional<CircuitBreaker::Call>> calls(4);
        {
            std::vector<std::jthread> threads;
            threads.reserve(calls.size());
            for (auto& call : calls)
                threads.emplace_back([&breaker, &probes, &call] {
                    call = breaker.begin_call();
                    if (call) ++probes;
                });
        }
        ASSERT_EQ(probes.load(), 1);
        for (auto& call : calls) {
            EXPECT_EQ(call && call->failed(), call.has_value());
        }
    }
    EXPECT_EQ(breaker.times_opened(), 201U);
}

}  // namespace
}  // namespace almagest::work
