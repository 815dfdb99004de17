#include "work/jobs_in_hand.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <vector>

namespace almagest::work {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = JobsInHand::Clock;

store::ClaimedJob job(std::int64_t id, const std::string& token = "t", int lease = 30) {
    store::ClaimedJob job;
    job.job_id = id;
    job.lease_token = token;
    job.lease = seconds(lease);
    return job;
}

class JobsInHandTest : public ::testing::Test {
  protected:
    JobsInHand jobs_;
    Clock::time_point now_ = Clock::now();
    std::stop_source slots_;

    JobsInHand::Job take() { return jobs_.next(slots_.get_token()); }
};

TEST_F(JobsInHandTest, AJobGoesFromTheClaimThroughASlotToItsEnd) {
    jobs_.add({job(1), job(2)}, now_);
    EXPECT_EQ(jobs_.counts().waiting, 2U);
    const auto first = take();
    EXPECT_EQ(first->job.job_id, 1);
    EXPECT_EQ(jobs_.counts().in_slots, 1U);
    jobs_.ended(first);
    EXPECT_EQ(jobs_.counts().ended, 1U);
    jobs_.remove(first);
    EXPECT_EQ(jobs_.counts().all(), 1U);
    EXPECT_EQ(jobs_.left(), 1U);
}

TEST_F(JobsInHandTest, ASlotThatWaitsIsWokenByAJobAndByAStop) {
    std::jthread slot([&] { EXPECT_EQ(take()->job.job_id, 7); });
    jobs_.add({job(7)}, now_);
    slot.join();
    std::jthread other([&] { EXPECT_EQ(take(), nullptr); });
    slots_.request_stop();
}

TEST_F(JobsInHandTest, LeasesAreDueAfterAThirdOrAfterTheInterval) {
    jobs_.add({job(1, "t", 30), job(2, "t", 300)}, now_);
    EXPECT_TRUE(jobs_.leases_due(now_ + seconds(9), seconds(60)).empty());
    const auto due = jobs_.leases_due(now_ + seconds(11), seconds(60));
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due.front().job_id, 1);
    EXPECT_EQ(jobs_.leases_due(now_ + seconds(61), seconds(60)).size(), 2U);
}

TEST_F(JobsInHandTest, ALostLeaseStopsItsJobAndNoOther) {
    jobs_.add({job(1), job(2)}, now_);
    const auto one = take();
    const auto two = take();
    const auto asked = jobs_.leases_due(now_ + seconds(20), seconds(10));
    const auto lost = jobs_.extended(asked, {2}, now_ + seconds(20));
    ASSERT_EQ(lost.size(), 1U);
    EXPECT_EQ(lost.front().job_id, 1);
    EXPECT_TRUE(one->stop.stop_requested());
    EXPECT_FALSE(two->stop.stop_requested());
    EXPECT_TRUE(jobs_.leases_due(now_ + seconds(21), seconds(10)).size() == 1U) << "2 is extended";
}

TEST_F(JobsInHandTest, AnAnswerAboutAnOlderClaimOfTheSameJobIsIgnored) {
    jobs_.add({job(1, "old")}, now_);
    const auto asked = jobs_.leases_due(now_ + seconds(20), seconds(10));
    const auto old = take();
    jobs_.ended(old);
    jobs_.add({job(1, "new")}, now_ + seconds(20));
    jobs_.remove(old);
    EXPECT_TRUE(jobs_.extended(asked, {}, now_ + seconds(20)).empty());
    EXPECT_FALSE(take()->stop.stop_requested());
    EXPECT_EQ(jobs_.leases_due(now_ + seconds(60), seconds(10)).size(), 1U);
}

TEST_F(JobsInHandTest, WithoutAnAnswerALeaseEndsByOurOwnClock) {
    jobs_.add({job(1, "t", 30), job(2, "t", 300)}, now_);
    const auto one = take();
    const auto two = take();
    jobs_.stop_expired(now_ + seconds(31));
    EXPECT_TRUE(one->stop.stop_requested());
    EXPECT_FALSE(two->stop.stop_requested());
}

TEST_F(JobsInHandTest, ClosingStopsWhatWaitsAndStopAllAlsoWhatRuns) {
    jobs_.add({job(1), job(2)}, now_);
    const auto running = take();
    jobs_.close();
    EXPECT_FALSE(running->stop.stop_requested());
    EXPECT_TRUE(take()->stop.stop_requested());
    jobs_.add({job(3)}, now_);
    EXPECT_TRUE(take()->stop.stop_requested()) << "what is still claimed after closing too";
    jobs_.stop_all();
    EXPECT_TRUE(running->stop.stop_requested());
}

TEST_F(JobsInHandTest, WaitingForTheLastEndSaysWhetherItCame) {
    jobs_.add({job(1)}, now_);
    EXPECT_FALSE(jobs_.wait_until_empty(milliseconds(1)));
    std::jthread end([&] {
        const auto last = take();
        jobs_.ended(last);
        jobs_.remove(last);
    });
    EXPECT_TRUE(jobs_.wait_until_empty(seconds(60)));
}

TEST_F(JobsInHandTest, AClaimerWaitsUntilItIsWokenOrTheLastJobHasEndedOrItsSocketSpeaks) {
    const auto long_enough = std::chrono::minutes(5);
    jobs_.wake();
    jobs_.wait_for(long_enough, std::nullopt, -1);  // woken before it waited

    std::jthread waker([&] { jobs_.wake(); });
    jobs_.wait_for(long_enough, std::nullopt, -1);
    waker.join();

    jobs_.add({job(1)}, now_);
    std::jthread slot([&] {
        const auto last = take();
        jobs_.ended(last);
        jobs_.remove(last);
    });
    jobs_.wait_for(long_enough, std::nullopt, -1);
    slot.join();
    EXPECT_EQ(jobs_.counts().all(), 0U);

    jobs_.add({job(2)}, now_);
    const auto last = take();
    jobs_.ended(last);
    jobs_.remove(last);
    jobs_.wait_for(long_enough, std::nullopt, -1);  // it ended before anybody waited

    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    ASSERT_EQ(write(ends[1], "!", 1), 1);
    jobs_.wait_for(long_enough, std::nullopt, ends[0]);
    close(ends[0]);
    close(ends[1]);
    EXPECT_LT(Clock::now() - now_, long_enough);
}

TEST_F(JobsInHandTest, ManyJobsAtOnceReachAllSlotsThatWait) {
    std::vector<std::jthread> slots;
    slots.reserve(40);
    for (int slot = 0; slot < 40; ++slot) slots.emplace_back([&] { jobs_.ended(take()); });
    for (std::int64_t first : {1, 4, 20}) {
        std::vector<store::ClaimedJob> some;
        for (auto id = first; id < (first == 1 ? 4 : first == 4 ? 20 : 41); ++id)
            some.push_back(job(id));
        jobs_.add(std::move(some), now_);
    }
    slots.clear();
    EXPECT_EQ(jobs_.counts().ended, 40U);
}

}  // namespace
}  // namespace almagest::work
