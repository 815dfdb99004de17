#include "store/queue.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <pqxx/pqxx>
#include <string>

#include "error/error.h"
#include "store/knowledge.h"
#include "store/shared_cluster.h"
#include "telemetry/log.h"

namespace almagest::store {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

nlohmann::json job_type(const std::string& name, int lease_seconds) {
    return {{"job_type", name},
            {"version", "1.0.0"},
            {"unit", "page"},
            {"handler", "dbo.usp_process_star_output"},
            {"sha256", name + " one"},
            {"lease_seconds", lease_seconds},
            {"max_attempts", 2},
            {"output_schema", nlohmann::json::object()},
            {"prompt", nlohmann::json::array()}};
}

/// A migrated database with a job type whose handler notes what it is given.
class QueueTest : public testing::Test {
  protected:
    QueueTest()
        : conninfo_(SharedCluster::migrated_database()),
          connection_(conninfo_, "test"),
          queue_(connection_) {
        connection_.transaction([](pqxx::work& work) {
            work.exec(
                "CREATE TABLE dbo.star (job_id bigint, run_id uuid, name text);"
                "CREATE FUNCTION dbo.usp_process_star_output(p_job_id bigint, p_run_id uuid, "
                "p_output jsonb)"
                " RETURNS jsonb LANGUAGE sql AS $$"
                " INSERT INTO dbo.star VALUES (p_job_id, p_run_id, p_output ->> 'name');"
                " SELECT jsonb_build_object('stars', 1) $$");
        });
        Knowledge knowledge(connection_);
        EXPECT_EQ(knowledge.register_job_type(job_type("star", 300)), "registered");
        EXPECT_EQ(knowledge.register_job_type(job_type("comet", 1)), "registered");
    }

    NewJob job(const std::string& type = "star") const {
        NewJob result;
        result.job_type = type;
        result.payload = {{"name", "Vega"}};
        return result;
    }

    ClaimedJob claim_one(const std::string& worker = "worker") {
        auto jobs = queue_.claim(worker, {}, 1);
        if (jobs.size() != 1) {
            throw std::runtime_error("there is no job to claim");
        }
        return jobs.front();
    }

    static std::string value_of(Connection& connection, const std::string& query) {
        std::string value;
        connection.transaction(
            [&](pqxx::work& work) { value = work.exec1(query)[0].as<std::string>(); });
        return value;
    }
    std::string value_of(const std::string& query) { return value_of(connection_, query); }

    Queue::Completion completion(const std::string& name = "Vega") const {
        return {"", "dbo.usp_process_star_output", {{"name", name}}, nullptr};
    }

    std::string conninfo_;
    Connection connection_;
    Queue queue_;
};

TEST_F(QueueTest, OneKeyIsOneJob) {
    auto wanted = job();
    wanted.dedupe_key = "vega";
    const auto first = queue_.enqueue(wanted);
    const auto second = queue_.enqueue(wanted);
    EXPECT_TRUE(first.is_new);
    EXPECT_FALSE(second.is_new);
    EXPECT_EQ(second.job_id, first.job_id);
}

TEST_F(QueueTest, AClaimBringsAllThatWasEnqueued) {
    auto wanted = job();
    wanted.correlation_id = telemetry::new_uuid();
    wanted.priority = 70;
    const auto enqueued = queue_.enqueue(wanted);
    const auto claimed = claim_one();
    EXPECT_EQ(claimed.job_id, enqueued.job_id);
    EXPECT_EQ(claimed.job_type, "star");
    EXPECT_EQ(claimed.contract_version, "1.0.0");
    EXPECT_EQ(claimed.tenant_id, 1);
    EXPECT_EQ(claimed.source_page_id, std::nullopt);
    EXPECT_EQ(claimed.chunk_id, std::nullopt);
    EXPECT_EQ(claimed.payload, wanted.payload);
    EXPECT_EQ(claimed.correlation_id, wanted.correlation_id);
    EXPECT_EQ(claimed.attempts, 1);
    EXPECT_EQ(claimed.max_attempts, 2);
    EXPECT_EQ(claimed.lease, std::chrono::seconds(300));
    EXPECT_THAT(queue_.claim("worker", {}, 10), IsEmpty()) << "it is claimed";
}

TEST_F(QueueTest, AClaimTakesOnlyWhatItsFilterNames) {
    (void)queue_.enqueue(job("star"));
    (void)queue_.enqueue(job("comet"));
    EXPECT_THAT(queue_.claim("worker", {{"a\"b", "c\\d", "{e,f}"}, {}, {}}, 10), IsEmpty());
    EXPECT_THAT(queue_.claim("worker", {{}, {1234}, {}}, 10), IsEmpty());
    EXPECT_THAT(queue_.claim("worker", {{}, {}, 1234}, 10), IsEmpty());
    const auto comets = queue_.claim("worker", {{"comet", "planet"}, {}, 1}, 10);
    ASSERT_EQ(comets.size(), 1U);
    EXPECT_EQ(comets.front().job_type, "comet");
}

TEST_F(QueueTest, ManyClaimersHandEachJobToExactlyOne) {
    constexpr int jobs = 200;
    for (int i = 0; i < jobs; ++i) {
        (void)queue_.enqueue(job());
    }
    std::vector<std::future<std::vector<std::int64_t>>> claimers;
    for (int i = 0; i < 8; ++i) {
        claimers.push_back(std::async(std::launch::async, [&, i] {
            Connection connection(conninfo_, "claimer");
            Queue queue(connection);
            std::vector<std::int64_t> mine;
            // A claim that others overtook may find less than it asked for.
            while (value_of(connection, "SELECT count(*) FROM llm.job WHERE status = 'NEW'") !=
                   "0") {
                for (const auto& claimed : queue.claim(fmt::format("worker {}", i), {}, 3)) {
                    mine.push_back(claimed.job_id);
                }
            }
            return mine;
        }));
    }
    std::map<std::int64_t, int> times;
    for (auto& claimer : claimers) {
        for (const auto id : claimer.get()) {
            ++times[id];
        }
    }
    EXPECT_EQ(times.size(), jobs);
    for (const auto& [id, count] : times) {
        EXPECT_EQ(count, 1) << "job " << id;
    }
}

TEST_F(QueueTest, ManyClaimersTogetherKeepACapExactly) {
    for (int i = 0; i < 40; ++i) (void)queue_.enqueue(job());
    connection_.transaction(
        [](pqxx::work& work) { work.exec("SELECT llm.usp_set_type_cap('star', 5)"); });
    std::vector<std::future<std::size_t>> claimers;
    for (int i = 0; i < 8; ++i) {
        claimers.push_back(std::async(std::launch::async, [&, i] {
            Connection connection(conninfo_, "claimer");
            Queue queue(connection);
            std::size_t mine = 0;
            for (int claim = 0; claim < 5; ++claim)
                mine += queue.claim(fmt::format("worker {}", i), {}, 3).size();
            return mine;
        }));
    }
    std::size_t claimed = 0;
    for (auto& claimer : claimers) claimed += claimer.get();
    EXPECT_EQ(claimed, 5U);
}

TEST_F(QueueTest, CompletingStoresOutputRunAndJobTogether) {
    const auto enqueued = queue_.enqueue(job());
    const auto claimed = claim_one();
    const auto run = telemetry::new_uuid();
    queue_.start_run(run, claimed.job_id, "tiny", "worker", "runs/x");
    auto with_run = completion();
    with_run.run_id = run;
    with_run.run_outcome = {{"outcome", "succeeded"}, {"prompt_tokens", 12}};
    const auto completed = queue_.complete(claimed, with_run);
    EXPECT_EQ(completed.counts, (nlohmann::json{{"stars", 1}}));
    EXPECT_EQ(completed.followers, 0);
    EXPECT_EQ(value_of("SELECT name || ' ' || run_id FROM dbo.star"), "Vega " + run);
    EXPECT_EQ(value_of("SELECT outcome FROM llm.run"), "succeeded");
    EXPECT_EQ(
        value_of(fmt::format("SELECT status FROM llm.vw_job WHERE job_id = {}", enqueued.job_id)),
        "SUCCEEDED");
}

TEST_F(QueueTest, AStaleTokenLosesItsLeaseAndItsOutput) {
    (void)queue_.enqueue(job());
    const auto stale = claim_one("slow");
    queue_.hand_back(stale);
    const auto current = claim_one("quick");
    EXPECT_EQ(current.job_id, stale.job_id);
    EXPECT_EQ(current.attempts, 1) << "a job that was handed back has not been tried";

    EXPECT_THROW((void)queue_.complete(stale, completion("stale")), LeaseLost);
    EXPECT_EQ(value_of("SELECT count(*) FROM dbo.star"), "0");
    EXPECT_THROW((void)queue_.fail(stale, "", nullptr, {{"message", "x"}}, false, {}), LeaseLost);
    EXPECT_THROW(queue_.hand_back(stale), LeaseLost);

    (void)queue_.complete(current, completion("current"));
    EXPECT_THROW((void)queue_.complete(current, completion("again")), LeaseLost);
    EXPECT_EQ(value_of("SELECT string_agg(name, ',') FROM dbo.star"), "current");
}

TEST_F(QueueTest, SeveralAnswersOfOneHandlerAreRoutedByOneCallAllOrNone) {
    EXPECT_FALSE(queue_.takes_several("dbo.usp_process_star_output"));
    connection_.transaction([](pqxx::work& work) {
        work.exec(
            "CREATE FUNCTION dbo.usp_process_star_outputs(p_job_ids bigint[], p_run_ids uuid[], "
            "p_outputs jsonb[]) RETURNS jsonb[] LANGUAGE sql AS $$"
            " INSERT INTO dbo.star SELECT j, r, o ->> 'name' FROM unnest(p_job_ids, p_run_ids, "
            "p_outputs) u(j, r, o);"
            " SELECT array_agg(jsonb_build_object('stars', cardinality(p_job_ids), 'name', o -> "
            "'name') ORDER BY p) FROM unnest(p_outputs) WITH ORDINALITY u(o, p) $$");
    });
    Queue queue(connection_);
    ASSERT_TRUE(queue.takes_several("dbo.usp_process_star_output"));
    for (int n = 0; n < 2; ++n) (void)queue.enqueue(job());
    const auto claimed = queue.claim("worker", {}, 2);
    ASSERT_EQ(claimed.size(), 2U);
    auto stale = claimed.back();
    stale.lease_token = "00000000-0000-0000-0000-000000000000";
    const std::vector completions{completion("Vega"), completion("Deneb")};
    const std::vector<Queue::Ended> one_lost{{&claimed[0], &completions[0]},
                                             {&stale, &completions[1]}};
    EXPECT_THROW((void)queue.complete_all(one_lost), LeaseLost);
    EXPECT_EQ(value_of("SELECT count(*) FROM dbo.star"), "0");

    const std::vector<Queue::Ended> both{{&claimed[0], &completions[0]},
                                         {&claimed[1], &completions[1]}};
    const auto completed = queue.complete_all(both);
    ASSERT_EQ(completed.size(), 2U);
    EXPECT_EQ(completed[0].counts, (nlohmann::json{{"stars", 2}, {"name", "Vega"}}));
    EXPECT_EQ(completed[1].counts, (nlohmann::json{{"stars", 2}, {"name", "Deneb"}}));
    EXPECT_EQ(value_of("SELECT string_agg(result ->> 'name', ' ' ORDER BY job_id) FROM "
                       "llm.job_history"),
              "Vega Deneb");
}

TEST_F(QueueTest, ARunIsNotFinishedWhenItsOutputIsRefused) {
    (void)queue_.enqueue(job());
    const auto claimed = claim_one();
    const auto run = telemetry::new_uuid();
    queue_.start_run(run, claimed.job_id, "tiny", "worker", "");
    auto broken = completion();
    broken.run_id = run;
    broken.run_outcome = {{"outcome", "splendid"}};
    EXPECT_THROW((void)queue_.complete(claimed, broken), PermanentError);
    EXPECT_EQ(value_of("SELECT count(*) FROM dbo.star"), "0");
    EXPECT_EQ(value_of("SELECT outcome IS NULL FROM llm.run"), "t");
    queue_.finish_run(run, {{"outcome", "routing_failed"}});
    EXPECT_EQ(value_of("SELECT outcome FROM llm.run"), "routing_failed");
}

TEST_F(QueueTest, AHandlerThatIsNoProcedureOfOursIsNeverRun) {
    (void)queue_.enqueue(job());
    const auto claimed = claim_one();
    for (const auto* handler :
         {"program:chunk_source", "llm.usp_release_expired_leases", "pg_catalog.pg_sleep", "usp_x",
          "dbo.", "dbo.usp_x(1); DROP TABLE dbo.star; --", "DBO.usp_x", "dbo.\"x\""}) {
        auto bad = completion();
        bad.handler = handler;
        EXPECT_THROW((void)queue_.complete(claimed, bad), PermanentError) << handler;
    }
    EXPECT_EQ(value_of("SELECT count(*) FROM dbo.star"), "0");
}

TEST_F(QueueTest, AFailedJobWaitsAsLongAsAskedAndThenIsADeadLetter) {
    const auto enqueued = queue_.enqueue(job());
    const auto error = nlohmann::json{{"message", "the endpoint is busy"}};
    EXPECT_EQ(queue_.fail(claim_one(), "", nullptr, error, false, milliseconds(3'600'000)),
              "FAILED");
    EXPECT_EQ(value_of("SELECT available_at BETWEEN clock_timestamp() + interval '50 min' AND "
                       "clock_timestamp() + interval '1 h' FROM llm.job"),
              "t");
    EXPECT_TRUE(queue_.anything_left({})) << "a drain waits for it";
    EXPECT_THAT(queue_.claim("worker", {}, 1), IsEmpty());

    (void)queue_.enqueue(job());
    EXPECT_EQ(queue_.fail(claim_one(), "", nullptr, error, true, {}), "DEADLETTER");
    EXPECT_EQ(
        value_of(fmt::format("SELECT status FROM llm.vw_job WHERE job_id = {}", enqueued.job_id)),
        "FAILED");
    EXPECT_EQ(value_of("SELECT error ->> 'message' FROM llm.vw_job WHERE status = 'DEADLETTER'"),
              "the endpoint is busy");
}

TEST_F(QueueTest, ADrainWaitsForWhatItMayTakeAndForNothingElse) {
    EXPECT_FALSE(queue_.anything_left({}));
    auto wanted = job();
    wanted.priority = 40;
    (void)queue_.enqueue(wanted);
    EXPECT_TRUE(queue_.anything_left({}));
    EXPECT_TRUE(queue_.anything_left({{"comet", "star"}, {}, 1, 40}));
    EXPECT_FALSE(queue_.anything_left({{"comet"}, {}, {}}));
    EXPECT_FALSE(queue_.anything_left({{}, {1234}, {}}));
    EXPECT_FALSE(queue_.anything_left({{}, {}, 1234}));
    EXPECT_FALSE(queue_.anything_left({{}, {}, {}, 41}));
    (void)claim_one();
    EXPECT_TRUE(queue_.anything_left({})) << "what runs may come back";
}

TEST_F(QueueTest, ACircuitIsToldUntilItIsClosed) {
    CircuitStanding standing{"tiny", "http://tiny", "open", milliseconds(4000), "HTTP 503"};
    queue_.tell_circuit("worker", standing);
    queue_.tell_circuit("other", standing);
    const std::string shown =
        "SELECT concat_ws(' ', model, endpoint, runners, state, reason, retry_at > now()) FROM "
        "llm.vw_circuit";
    EXPECT_EQ(value_of(shown), "tiny http://tiny 2 open HTTP 503 t");
    standing.state = "half_open";
    standing.pause_left = milliseconds(0);
    queue_.tell_circuit("worker", standing);
    EXPECT_EQ(value_of("SELECT state FROM llm.vw_circuit"), "half_open");
    standing.state = "closed";
    queue_.tell_circuit("worker", standing);
    queue_.tell_circuit("other", standing);
    EXPECT_EQ(value_of("SELECT count(*) FROM llm.circuit"), "0");
    standing.state = "ajar";
    EXPECT_THROW(queue_.tell_circuit("worker", standing), UsageError);
}

TEST_F(QueueTest, OnlyLeasesThatAreStillHeldAreExtended) {
    (void)queue_.enqueue(job());
    (void)queue_.enqueue(job());
    auto jobs = queue_.claim("worker", {}, 2);
    ASSERT_EQ(jobs.size(), 2U);
    queue_.hand_back(jobs.front());
    EXPECT_THAT(queue_.extend(jobs), ElementsAre(jobs.back().job_id));
    EXPECT_THAT(queue_.extend({}), IsEmpty());
}

TEST_F(QueueTest, AnExpiredLeaseIsReleased) {
    (void)queue_.enqueue(job("comet"));  // whose lease is one second
    const auto expired = claim_one();
    while (queue_.release_expired() == 0) {
    }
    EXPECT_EQ(claim_one().job_id, expired.job_id);
    EXPECT_THROW((void)queue_.complete(expired, completion()), LeaseLost);
}

TEST_F(QueueTest, WhatIsUnknownIsUsageAndSaysSo) {
    try {
        (void)queue_.enqueue(job("planet"));
        ADD_FAILURE() << "there is no such type";
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), HasSubstr("planet"));
        EXPECT_EQ(sqlstate_of(error), "AL002");
    }
    auto of_nobody = job();
    of_nobody.tenant_id = 77;
    EXPECT_THROW((void)queue_.enqueue(of_nobody), UsageError);
    EXPECT_THROW(queue_.start_run(telemetry::new_uuid(), 1234, "m", "w", ""), UsageError);
}

}  // namespace
}  // namespace almagest::store
