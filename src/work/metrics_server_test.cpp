#include "work/metrics_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <string>

#include "error/error.h"
#include "store/queue.h"
#include "store/temporary_home.h"

namespace almagest::work {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TheAddressToListenOn, IsHostAndPortWithLoopbackAsTheHost) {
    for (const auto& [text, host, port] : std::vector<std::tuple<std::string, std::string, int>>{
             {"127.0.0.1:9464", "127.0.0.1", 9464},
             {"9464", "127.0.0.1", 9464},
             {":0", "127.0.0.1", 0},
             {"[::1]:65535", "::1", 65535},
             {"metrics.example:80", "metrics.example", 80}}) {
        const auto address = listen_address(text);
        EXPECT_EQ(address.host, host) << text;
        EXPECT_EQ(address.port, port) << text;
    }
}

TEST(TheAddressToListenOn, RefusesAnythingElseInOneSentence) {
    for (const std::string text :
         {"", "localhost", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80",
          "http://127.0.0.1:80", "127.0.0.1:80/metrics", "[::1:80", "a b:80", "1.5"}) {
        try {
            static_cast<void>(listen_address(text));
            ADD_FAILURE() << text;
        } catch (const UsageError& error) {
            EXPECT_THAT(error.what(), HasSubstr("\"" + text + "\" is no address to listen on"));
        }
    }
}

/// A database of its own with one job that waits past its deadline.
class ServedMetrics : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        home_ = std::make_unique<store::TemporaryHome>();
        database_.emplace(store::Database::open(config::Settings{}, home_->places(), std::nullopt));
        auto connection = database_->connect("test");
        connection.transaction([](pqxx::work& work) {
            work.exec(
                R"(SELECT llm.usp_register_job_type('{"job_type": "a_type", "version": "1.0.0",
                "unit": "page", "handler": "dbo.usp_nothing", "slack_seconds": 0, "sha256": "a"}'))");
            work.exec("SELECT llm.usp_ensure_tenant(E'quoted \"tenant\"\\n2')");
            work.exec(
                "SELECT llm.usp_enqueue_job(tenant_id, 'a_type', NULL, NULL, NULL, NULL, NULL, "
                "NULL, NULL) FROM llm.tenant WHERE name LIKE 'quoted%'");
        });
    }
    static void TearDownTestSuite() {
        database_.reset();
        home_.reset();
    }

    [[nodiscard]] static std::string path_of(const MetricsServer& server, const std::string& path) {
        httplib::Client client(server.url().substr(0, server.url().rfind('/')));
        const auto result = client.Get(path);
        if (!result) return httplib::to_string(result.error());
        content_type_ = result->get_header_value("Content-Type");
        return std::to_string(result->status) + " " + result->body;
    }

    static inline std::unique_ptr<store::TemporaryHome> home_;
    static inline std::optional<store::Database> database_;
    static inline std::string content_type_;
};

TEST_F(ServedMetrics, TellWhatTheProcessDidAndHowTheQueueIs) {
    WorkMetrics work;
    QueueMetrics queue(*database_);
    const MetricsServer server({}, work, queue);
    work.claimed("a_type", 5);
    work.completed("a_type", 3);
    work.failed("a_type", "parse_failed");
    work.failed("a_type", "parse_failed", true);
    work.lease_lost("a_type");
    work.handed_back("a_type");
    work.model_called("m", {std::chrono::milliseconds(1500), 100, 40, 10, 0.25});
    work.model_called("m", {std::chrono::milliseconds(500), 1, 0, 1, 0.25});
    work.answered_from_cache("m");
    work.circuit("m", true);
    const auto text = path_of(server, "/metrics");
    EXPECT_EQ(content_type_, "text/plain; version=0.0.4; charset=utf-8");
    for (const std::string line :
         {R"(almagest_jobs_claimed_total{job_type="a_type"} 5)",
          R"(almagest_jobs_completed_total{job_type="a_type"} 3)",
          R"(almagest_jobs_failed_total{cause="parse_failed",job_type="a_type"} 2)",
          R"(almagest_jobs_dead_total{cause="parse_failed",job_type="a_type"} 1)",
          R"(almagest_lease_losses_total{job_type="a_type"} 1)",
          R"(almagest_jobs_handed_back_total{job_type="a_type"} 1)",
          R"(almagest_model_call_duration_seconds_bucket{model="m",le="1"} 1)",
          R"(almagest_model_call_duration_seconds_sum{model="m"} 2)",
          R"(almagest_model_call_duration_seconds_count{model="m"} 2)",
          R"(almagest_model_tokens_total{kind="prompt",model="m"} 101)",
          R"(almagest_model_tokens_total{kind="cached",model="m"} 40)",
          R"(almagest_model_tokens_total{kind="completion",model="m"} 11)",
          R"(almagest_model_cost_total{model="m"} 0.5)",
          R"(almagest_cached_answers_total{model="m"} 1)",
          R"(almagest_endpoint_circuit_open{model="m"} 1)", "almagest_database_up 1",
          R"(almagest_queue_jobs{job_type="a_type",state="NEW",tenant="quoted \"tenant\"\n2"} 1)",
          R"(almagest_queue_late_jobs{job_type="a_type",tenant="quoted \"tenant\"\n2"} 1)"})
        EXPECT_THAT(text, HasSubstr("\n" + line + "\n"));
    EXPECT_THAT(text, HasSubstr("\nalmagest_queue_oldest_age_seconds{job_type=\"a_type\""));
    EXPECT_EQ(path_of(server, "/healthz"), "200 ok\n");
    EXPECT_THAT(path_of(server, "/else"), testing::StartsWith("404"));
}

TEST_F(ServedMetrics, ReadTheQueueAtMostOnceInTwoSeconds) {
    auto now = std::chrono::steady_clock::time_point(std::chrono::hours(1));
    QueueMetrics queue(*database_, [&now] { return now; });
    EXPECT_THAT(queue.text(), Not(HasSubstr("tenant=\"default\"")));
    auto connection = database_->connect("test");
    store::NewJob wanted;
    wanted.job_type = "a_type";
    const auto job = store::Queue(connection).enqueue(wanted);
    now += std::chrono::milliseconds(1999);
    EXPECT_THAT(queue.text(), Not(HasSubstr("tenant=\"default\"")));
    now += std::chrono::milliseconds(1);
    EXPECT_THAT(queue.text(), HasSubstr("tenant=\"default\"} 1\n"));
    store::ClaimFilter of_default;
    of_default.tenant_id = 1;
    const auto claimed = store::Queue(connection).claim("w", of_default, 1);
    ASSERT_EQ(claimed.at(0).job_id, job.job_id);
    now += std::chrono::seconds(2);
    EXPECT_THAT(queue.text(), HasSubstr("state=\"RUNNING\",tenant=\"default\"} 1\n"));
    EXPECT_THAT(queue.text(), Not(HasSubstr("state=\"NEW\",tenant=\"default\"}")));
}

TEST_F(ServedMetrics, RefuseAPortThatAnotherHas) {
    WorkMetrics work;
    QueueMetrics queue(*database_);
    const MetricsServer first({}, work, queue);
    const auto taken = listen_address(first.url().substr(7, first.url().rfind('/') - 7));
    EXPECT_THROW(MetricsServer(taken, work, queue), UsageError);
    EXPECT_THROW(MetricsServer(ListenAddress{"192.0.2.1", 0}, work, queue), UsageError);
}

TEST_F(ServedMetrics, SayThatTheDatabaseIsDownAndGoOn) {
    const store::TemporaryHome home;
    const auto database = store::Database::open(config::Settings{}, home.places(), std::nullopt);
    WorkMetrics work;
    auto now = std::chrono::steady_clock::time_point(std::chrono::hours(1));
    QueueMetrics queue(database, [&now] { return now; });
    const MetricsServer server({}, work, queue);
    EXPECT_THAT(path_of(server, "/metrics"), HasSubstr("almagest_database_up 1\n"));
    home.cluster().stop();
    work.claimed("a_type");
    now += std::chrono::seconds(2);
    const auto text = path_of(server, "/metrics");
    EXPECT_THAT(text, HasSubstr("almagest_database_up 0\n"));
    EXPECT_THAT(text, HasSubstr("almagest_jobs_claimed_total{job_type=\"a_type\"} 1\n"));
    EXPECT_EQ(path_of(server, "/healthz"), "200 ok\n");
}

}  // namespace
}  // namespace almagest::work
