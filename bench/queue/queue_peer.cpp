/// Almagest's queue as the benchmark drives it (the protocol is in programs.py): the real
/// dispatcher, with a handler that does nothing.
///     queue_peer enqueue N | work drain|latency|crash | produce
/// From the environment: SLOTS, CLAIM (jobs claimed at once), COMPLETERS, BATCH (jobs enqueued at
/// once), TENANTS, HINT=0 (the producer sends no hint), POLL_MS.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "config/settings.h"
#include "store/database.h"
#include "store/queue.h"
#include "work/dispatcher.h"

namespace {

using namespace almagest;
using Clock = std::chrono::steady_clock;

std::size_t number(const char* name, std::size_t otherwise) {
    const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return text ? std::stoul(text) : otherwise;
}

std::int64_t microseconds() {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch())
        .count();
}

void say(const std::string& line) {
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    std::cout << line << "\n" << std::flush;
}

store::Database open() {
    return store::Database::open({}, {}, std::string("dbname=bench_almagest"), false);
}

std::string payload(std::size_t seq) {
    return fmt::format(R"({{"seq": {}}})", seq);
}

/// The first tenant has nine in ten of the jobs, the others the rest.
std::vector<std::size_t> shares_of(std::size_t jobs, std::size_t tenants) {
    const std::size_t small = tenants > 1 ? jobs / 10 / (tenants - 1) : 0;
    std::vector<std::size_t> shares(std::max<std::size_t>(1, tenants), small);
    shares.front() = jobs - (shares.size() - 1) * small;
    return shares;
}

void enqueue(std::size_t jobs) {
    const auto database = open();
    auto connection = database.connect("enqueue");
    store::Queue queue(connection);
    const auto batch = number("BATCH", 10'000);
    const auto shares = shares_of(jobs, number("TENANTS", 1));
    const auto began = Clock::now();
    std::size_t seq = 0;
    for (std::size_t tenant = 0; tenant < shares.size(); ++tenant) {
        for (std::size_t left = shares[tenant]; left > 0;) {
            store::Queue::NewJobs some;
            some.tenant_id = static_cast<int>(tenant) + 1;
            some.job_type = "bench";
            for (const auto end = seq + std::min(left, batch); seq < end; ++seq)
                some.payloads.push_back(payload(seq));
            left -= some.payloads.size();
            (void)queue.enqueue_many(some);
        }
    }
    queue.hint();
    const std::chrono::duration<double> took = Clock::now() - began;
    say(fmt::format(R"({{"n": {}, "secs": {}, "batch": {}}})", jobs, took.count(), batch));
}

void produce() {
    const auto database = open();
    auto connection = database.connect("produce");
    store::Queue queue(connection);
    const bool hint = number("HINT", 1) == 1;
    (void)queue.anything_left({});  // connected
    say("READY");
    for (std::string word, seq; std::cin >> word && word == "one" && std::cin >> seq;) {
        store::Queue::NewJobs one;
        one.job_type = "bench";
        one.payloads = {payload(std::stoul(seq))};
        const auto before = microseconds();
        (void)queue.enqueue_many(one);
        if (hint) queue.hint();
        say(fmt::format("P {} {} {}", seq, before, microseconds()));
    }
}

struct Count {
    std::atomic<std::size_t> handled{0};
};

class NoWork : public work::JobHandler {
  public:
    NoWork(Count& count, std::string mode) : count_(&count), mode_(std::move(mode)) {}

    work::JobOutcome handle(const store::ClaimedJob& job, const std::stop_token&) override {
        if (mode_ == "latency")
            say(fmt::format("L {} {}", job.payload.at("seq").get<std::size_t>(), microseconds()));
        work::JobOutcome outcome;
        outcome.may_share = true;
        if (mode_ == "crash") {
            outcome.completion.handler = "dbo.usp_process_effect_output";
            outcome.completion.output = {{"seq", job.payload.at("seq")}};
        }
        ++count_->handled;
        return outcome;
    }

  private:
    Count* count_;
    std::string mode_;
};

void tell_handled(const Count& count, const std::stop_token& stop) {
    for (std::size_t last = 0; !stop.stop_requested();) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        if (const auto now = count.handled.load(); now != last)
            say(fmt::format("C {}", last = now));
    }
}

void work_off(const std::string& mode) {
    const auto database = open();
    {
        auto connection = database.connect("probe");
        store::Queue queue(connection);
        (void)queue.anything_left({});  // reachable
    }
    Count count;
    config::WorkSettings settings;
    settings.claim_batch = number("CLAIM", settings.claim_batch);
    settings.completers = static_cast<unsigned>(number("COMPLETERS", settings.completers));
    settings.poll_interval = std::chrono::milliseconds(
        number("POLL_MS", static_cast<std::size_t>(settings.poll_interval.count())));
    work::DispatchOptions options;
    options.slots = static_cast<unsigned>(number("SLOTS", mode == "latency" ? 1 : 8));
    options.drain = false;
    work::Dispatcher dispatcher(
        database, settings,
        [&](const std::string&) { return std::make_unique<NoWork>(count, mode); }, options);
    std::jthread teller;
    std::jthread worker;
    say("READY");
    for (std::string line; std::getline(std::cin, line) && line == "go";) {
        teller = std::jthread([&](const std::stop_token& stop) { tell_handled(count, stop); });
        worker = std::jthread([&](const std::stop_token& stop) { (void)dispatcher.run(stop); });
        say("STARTED");
    }
}

}  // namespace

int main(int count, char** arguments) {
    const std::string what = count > 1 ? arguments[1] : "";
    try {
        if (what == "enqueue" && count == 3) {
            enqueue(std::stoul(arguments[2]));
        } else if (what == "produce") {
            produce();
        } else if (what == "work" && count == 3) {
            work_off(arguments[2]);
        } else {
            std::cerr << "queue_peer enqueue N | work drain|latency|crash | produce\n";
            return 2;
        }
    } catch (const std::exception& error) {
        std::cerr << "queue_peer: " << error.what() << "\n";
        return 1;
    }
    return 0;
}
