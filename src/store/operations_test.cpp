#include "store/operations.h"

#include <gtest/gtest.h>

#include <pqxx/pqxx>

#include "error/error.h"
#include "store/backfills.h"
#include "store/knowledge.h"
#include "store/queue.h"
#include "store/retention.h"
#include "store/shared_cluster.h"

namespace almagest::store {
namespace {

class OperationsTest : public testing::Test {
  protected:
    OperationsTest()
        : connection_(SharedCluster::migrated_database(), "test"),
          operations_(connection_),
          queue_(connection_) {
        EXPECT_EQ(Knowledge(connection_)
                      .register_job_type({{"job_type", "star"},
                                          {"version", "1.0.0"},
                                          {"unit", "page"},
                                          {"handler", "dbo.usp_none"},
                                          {"sha256", "one"}}),
                  "registered");
    }

    [[nodiscard]] std::int64_t enqueued() {
        NewJob job;
        job.job_type = "star";
        return queue_.enqueue(job).job_id;
    }
    [[nodiscard]] std::vector<ClaimedJob> claimed() { return queue_.claim("w", {}, 100); }

    Connection connection_;
    Operations operations_;
    Queue queue_;
};

TEST_F(OperationsTest, APausedTypeGivesNoJobsUntilItIsResumed) {
    (void)enqueued();
    EXPECT_TRUE(operations_.pause_type("star", "a new prompt comes"));
    EXPECT_FALSE(operations_.pause_type("star", ""));
    EXPECT_TRUE(claimed().empty());
    EXPECT_FALSE(queue_.anything_left({})) << "a drain does not wait for it";
    EXPECT_TRUE(operations_.resume_type("star"));
    EXPECT_EQ(claimed().size(), 1);
}

TEST_F(OperationsTest, APausedTenantGivesNoJobsUntilItIsResumed) {
    (void)enqueued();
    EXPECT_TRUE(operations_.pause_tenant(1, ""));
    EXPECT_TRUE(claimed().empty());
    EXPECT_TRUE(operations_.resume_tenant(1));
    EXPECT_FALSE(operations_.resume_tenant(1));
    EXPECT_EQ(claimed().size(), 1);
}

TEST_F(OperationsTest, CapsOfTypesAndTenantsBoundWhatIsClaimed) {
    for (int i = 0; i < 5; ++i) (void)enqueued();
    operations_.set_type_cap("star", 2);
    EXPECT_EQ(claimed().size(), 2);
    operations_.set_type_cap("star", std::nullopt);
    operations_.set_tenant_share(1, 2.5, 3);
    EXPECT_EQ(claimed().size(), 1);
    operations_.set_tenant_share(1, std::nullopt, 0);
    EXPECT_EQ(claimed().size(), 2);
}

TEST_F(OperationsTest, ACancelledJobThatRunsLosesItsLease) {
    (void)enqueued();
    const auto waits = enqueued();
    const auto jobs = queue_.claim("w", {}, 1);
    const auto cancelled = operations_.cancel(1, {{}, "star", ""}, "Ada", 100);
    EXPECT_EQ(cancelled.waiting, 1);
    EXPECT_EQ(cancelled.running, 1);
    EXPECT_TRUE(queue_.extend(jobs).empty());
    EXPECT_THROW(queue_.hand_back(jobs.front()), LeaseLost);
    EXPECT_EQ(queue_.retry_dead_letters(1, {waits}, ""), 1);
}

TEST_F(OperationsTest, BumpingGoesOnAfterTheLastJobOfAStep) {
    const auto first = enqueued();
    const auto second = enqueued();
    const auto step = operations_.bump(1, {{}, "star", ""}, 90, std::nullopt, 1);
    EXPECT_EQ(step.jobs, 1);
    EXPECT_EQ(step.last_job_id, first);
    EXPECT_EQ(operations_.bump(1, {{}, "star", ""}, 90, step.last_job_id, 1).last_job_id, second);
    EXPECT_FALSE(operations_.bump(1, {{}, "star", ""}, 90, second, 1).last_job_id);
    EXPECT_EQ(operations_.bump(1, {{}, "", "*"}, 20, std::nullopt, 1).jobs, 0);  // of no page
}

TEST_F(OperationsTest, UnknownNamesAndValuesOutOfRangeAreTheCallersFault) {
    EXPECT_EQ(operations_.tenant_id("default"), 1);
    EXPECT_THROW((void)operations_.tenant_id("nobody"), UsageError);
    EXPECT_THROW(operations_.pause_type("comet", ""), UsageError);
    EXPECT_THROW(operations_.set_type_cap("star", 0), UsageError);
    EXPECT_THROW(operations_.set_tenant_share(1, -1.0, std::nullopt), UsageError);
    EXPECT_THROW(operations_.set_tenant_share(99, 1.0, std::nullopt), UsageError);
    EXPECT_THROW((void)operations_.cancel(1, {}, "Ada", 1), UsageError);
    EXPECT_THROW((void)operations_.bump(1, {{}, "star", ""}, 101, std::nullopt, 1), UsageError);
}

TEST_F(OperationsTest, ABackfillThatFitsNothingIsNotBegun) {
    Backfills backfills(connection_);
    EXPECT_EQ(Knowledge(connection_)
                  .register_job_type({{"job_type", "entity_extraction"},
                                      {"version", "1.0.0"},
                                      {"unit", "chunk"},
                                      {"handler", "dbo.usp_none"},
                                      {"sha256", "one"}}),
              "registered");
    Backfills::Request request;
    request.what = "entities";
    request.selection = {{"entity_type", "star"}, {"max_confidence", 0.8}};
    EXPECT_EQ(backfills.extent(request).chunks, 0);
    EXPECT_FALSE(backfills.begin(request).backfill_id);
    EXPECT_THROW((void)backfills.step(1, 10), UsageError);
    EXPECT_THROW((void)backfills.pause(1, std::nullopt, 10), UsageError);
    EXPECT_THROW((void)backfills.resume(1, std::nullopt, 10), UsageError);
    EXPECT_THROW((void)backfills.cancel(1, 10), UsageError);
    request.selection["max_confidence"] = 2;
    EXPECT_THROW((void)backfills.extent(request), UsageError);
}

TEST_F(OperationsTest, NothingIsPrunedWithoutAnAge) {
    Retention retention(connection_);
    EXPECT_EQ(retention.finished_jobs(1).rows, 0);
    EXPECT_EQ(retention.prune_finished_jobs(1, 10), 0);
    EXPECT_EQ(retention.prune_payloads(1, 10), 0);
    EXPECT_EQ(retention.forget_artifacts("/lake", "2024-01-01", 10), 0);
    EXPECT_THROW((void)retention.finished_jobs(0), UsageError);
    EXPECT_THROW((void)retention.payloads(-1), UsageError);
    EXPECT_GT(retention.ensure_partitions(), 0);
    EXPECT_EQ(retention.ensure_partitions(), 0);
}

}  // namespace
}  // namespace almagest::store
