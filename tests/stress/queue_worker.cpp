/// A worker of the stress test that runs the real dispatcher:  queue_worker CONNINFO RECORD
/// Its jobs do nothing but take time; their outputs are routed to an effect. SIGTERM ends it
/// gracefully. Writes a line `c JOB:TOKEN` into the record for each claim that it was told of.

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>
#include <thread>

#include "config/settings.h"
#include "error/error.h"
#include "store/database.h"
#include "system/descriptor.h"
#include "telemetry/log.h"
#include "work/dispatcher.h"

namespace {

using namespace almagest;
using namespace std::chrono_literals;

/// Lines of one write each, in a file that others may read while it grows.
class Record {
  public:
    explicit Record(const char* path)
        : file_(::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)) {
        if (file_.get() < 0) throw UsageError(std::string("the record cannot be written: ") + path);
    }
    void claimed(const store::ClaimedJob& job) {
        const auto line = "c " + std::to_string(job.job_id) + ":" + job.lease_token + "\n";
        if (::write(file_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            std::abort();
    }

  private:
    system::Descriptor file_;
};

class TimeTakingHandler : public work::JobHandler {
  public:
    explicit TimeTakingHandler(Record& record) : record_(&record) {}

    work::JobOutcome handle(const store::ClaimedJob& job, const std::stop_token& stop) override {
        record_->claimed(job);
        work_for(job, stop);
        // One in two believes that the lease is lost; the other completes, and must be refused.
        if (stop.stop_requested() && chance(0.5)) return ended(work::JobOutcome::Kind::handed_back);
        if (chance(0.02)) return ended(work::JobOutcome::Kind::handed_back);
        if (chance(0.01)) {
            auto outcome = work::JobOutcome::failure("by lot", false);
            outcome.retry_after = 50ms;
            return outcome;
        }
        work::JobOutcome outcome;
        outcome.completion.handler = "dbo.usp_process_stress_output";
        outcome.completion.output = {{"seq", job.payload.at("seq")},
                                     {"lease_token", job.lease_token}};
        outcome.may_share = chance(0.8);
        return outcome;
    }

  private:
    /// Jobs that were claimed before are often held for long, so that a first holder who was
    /// stopped finds them, when it wakes, in the hands of another.
    void work_for(const store::ClaimedJob& job, const std::stop_token& stop) {
        const auto lease = std::chrono::duration<double>(job.lease);
        const bool for_long = job.attempts > 1 && chance(0.1);
        const std::chrono::duration<double> time =
            for_long ? lease * (0.3 + 1.2 * share())
                     : std::chrono::duration<double>(0.004) * share();
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_for(lock, stop, time, [] { return false; });
    }
    double share() { return std::uniform_real_distribution<double>()(random_); }
    bool chance(double probability) { return share() < probability; }
    static work::JobOutcome ended(work::JobOutcome::Kind kind) {
        work::JobOutcome outcome;
        outcome.kind = kind;
        return outcome;
    }

    Record* record_;
    std::mt19937 random_{std::random_device{}()};
};

sigset_t termination() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    return signals;
}

int work_until_terminated(const char* conninfo, const char* record_path) {
    const auto signals = termination();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before there are other threads
    std::stop_source stop;
    std::thread([&signals, &stop] {
        int received = 0;
        sigwait(&signals, &received);
        stop.request_stop();
    }).detach();

    config::Settings settings;
    settings.work.poll_interval = 100ms;
    settings.work.heartbeat_interval = 500ms;
    settings.work.claim_batch = 100;
    settings.work.grace = 5s;
    const auto database = store::Database::open(settings, {}, std::string(conninfo), false);
    Record record(record_path);
    work::DispatchOptions options;
    options.slots = 4;
    options.drain = false;
    work::Dispatcher dispatcher(
        database, settings.work,
        [&](const std::string&) { return std::make_unique<TimeTakingHandler>(record); }, options);
    (void)dispatcher.run(stop.get_token());
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "queue_worker CONNINFO RECORD\n";
        return 2;
    }
    try {
        const int code = work_until_terminated(arguments[1], arguments[2]);
        std::_Exit(code);  // the thread that waits for the signal may still do so
    } catch (const std::exception& error) {
        std::cerr << "queue_worker: " << error.what() << "\n";
        std::_Exit(1);
    }
}
