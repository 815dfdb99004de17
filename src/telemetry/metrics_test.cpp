#include "telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace almagest::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MetricsText, HasHelpTypeAndValues) {
    Metrics metrics;
    auto& jobs = metrics.counters("jobs_total", "Jobs.", {"type", "state"});
    jobs.of({"a", "done"}).Increment(3);
    jobs.of({"a", "dead"}).Increment();
    metrics.gauges("up", "Is it?").of({}).Set(1);
    EXPECT_EQ(metrics.text(),
              "# HELP jobs_total Jobs.\n"
              "# TYPE jobs_total counter\n"
              "jobs_total{state=\"dead\",type=\"a\"} 1\n"
              "jobs_total{state=\"done\",type=\"a\"} 3\n"
              "# HELP up Is it?\n"
              "# TYPE up gauge\n"
              "up 1\n");
}

TEST(MetricsText, AFamilyWithoutLabelsIsThereAtZero) {
    Metrics metrics;
    static_cast<void>(metrics.counters("losses_total", "Losses."));
    EXPECT_THAT(metrics.text(), HasSubstr("\nlosses_total 0\n"));
}

TEST(MetricsText, HistogramsHaveBucketsSumAndCount) {
    Metrics metrics;
    auto& calls = metrics.histograms("call_seconds", "Calls.", {"model"}, {0.5, 2});
    for (const double seconds : {0.25, 1.0, 1.5, 60.0}) calls.of({"m"}).Observe(seconds);
    const auto text = metrics.text();
    EXPECT_THAT(text, HasSubstr("# TYPE call_seconds histogram\n"));
    EXPECT_THAT(text, HasSubstr("call_seconds_bucket{model=\"m\",le=\"0.5\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("call_seconds_bucket{model=\"m\",le=\"2\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("call_seconds_bucket{model=\"m\",le=\"+Inf\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("call_seconds_sum{model=\"m\"} 62.75\n"));
    EXPECT_THAT(text, HasSubstr("call_seconds_count{model=\"m\"} 4\n"));
}

TEST(MetricsText, HostileLabelValuesStayInsideTheirQuotes) {
    Metrics metrics;
    auto& jobs = metrics.counters("jobs_total", "Jobs.", {"type"});
    jobs.of({"a\"} 7\nevil_total 1"}).Increment();
    jobs.of({"back\\slash\\"}).Increment();
    jobs.of({""}).Increment();
    jobs.of({"caf\xE9 \xED\xA0\x80"}).Increment();
    jobs.of({"drôle de nom"}).Increment();
    const auto text = metrics.text();
    EXPECT_THAT(text, HasSubstr(R"(jobs_total{type="a\"} 7\nevil_total 1"} 1)"
                                "\n"));
    EXPECT_THAT(text, HasSubstr(R"(jobs_total{type="back\\slash\\"} 1)"
                                "\n"));
    EXPECT_THAT(text, HasSubstr("jobs_total{type=\"\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("jobs_total{type=\"drôle de nom\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("{type=\"caf\uFFFD "));
    EXPECT_THAT(text, Not(HasSubstr("\nevil_total")));
    EXPECT_THAT(text, Not(HasSubstr("\xE9 ")));
}

TEST(MetricsText, ValuesThatAreNoNumbersAreWrittenAsPrometheusReadsThem) {
    Metrics metrics;
    auto& gauges = metrics.gauges("ages", "Ages.", {"of"});
    gauges.of({"never"}).Set(std::numeric_limits<double>::quiet_NaN());
    gauges.of({"always"}).Set(std::numeric_limits<double>::infinity());
    EXPECT_THAT(metrics.text(), HasSubstr("ages{of=\"never\"} Nan\n"));
    EXPECT_THAT(metrics.text(), HasSubstr("ages{of=\"always\"} +Inf\n"));
}

TEST(MetricsText, AFamilyDoesNotGrowWithoutEnd) {
    Metrics metrics;
    auto& jobs = metrics.counters("jobs_total", "Jobs.", {"type", "cause"});
    for (std::size_t i = 0; i < Counters::kMostSeries + 50; ++i)
        jobs.of({std::to_string(i), "c"}).Increment();
    jobs.of({"0", "c"}).Increment();
    const auto text = metrics.text();
    EXPECT_THAT(text, HasSubstr("jobs_total{cause=\"other\",type=\"other\"} 50\n"));
    EXPECT_THAT(text, HasSubstr("jobs_total{cause=\"c\",type=\"0\"} 2\n"));
    EXPECT_THAT(text, Not(HasSubstr("type=\"1000\"")));
}

TEST(MetricsText, AClearedFamilyStartsAnew) {
    Metrics metrics;
    auto& depth = metrics.gauges("depth", "Depth.", {"type"});
    depth.of({"gone"}).Set(5);
    depth.clear();
    depth.of({"here"}).Set(1);
    EXPECT_THAT(metrics.text(), HasSubstr("depth{type=\"here\"} 1\n"));
    EXPECT_THAT(metrics.text(), Not(HasSubstr("gone")));
}

TEST(MetricsText, WantsAValueForEachLabel) {
    Metrics metrics;
    auto& jobs = metrics.counters("jobs_total", "Jobs.", {"type"});
    EXPECT_THROW(static_cast<void>(jobs.of({})), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(jobs.of({"a", "b"})), std::invalid_argument);
}

TEST(MetricsText, CountsEveryIncrementOfManyThreads) {
    Metrics metrics;
    auto& jobs = metrics.counters("jobs_total", "Jobs.", {"type"});
    {
        std::vector<std::jthread> threads;
        threads.reserve(8);
        for (int thread = 0; thread < 8; ++thread) {
            threads.emplace_back([&jobs, &metrics] {
                for (int i = 0; i < 5000; ++i) {
                    jobs.of({std::to_string(i % 7)}).Increment();
                    if (i % 1000 == 0) static_cast<void>(metrics.text());
                }
            });
        }
    }
    double all = 0;
    for (int type = 0; type < 7; ++type) all += jobs.of({std::to_string(type)}).Value();
    EXPECT_EQ(all, 40'000);
}

}  // namespace
}  // namespace almagest::telemetry
