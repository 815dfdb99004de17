#include "work/completer.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "error/error.h"
#include "store/sqlstate.h"
#include "telemetry/log.h"

namespace almagest::work {

using nlohmann::json;
using std::chrono::milliseconds;
using telemetry::Level;

namespace {

constexpr int routing_attempts = 4;
constexpr auto routing_pause = milliseconds(50);
constexpr auto first_reconnection_pause = milliseconds(100);
constexpr auto longest_reconnection_pause = milliseconds(5000);

/// Waits, but not past a stop.
void pause_for(milliseconds pause, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, pause, [] { return false; });
}

milliseconds jittered(milliseconds pause) {
    thread_local std::minstd_rand random{std::random_device{}()};
    return milliseconds(
        std::uniform_int_distribution<std::int64_t>(pause.count() / 2, pause.count())(random));
}

telemetry::Context context_of(const store::ClaimedJob& job, const std::string& run_id) {
    return {job.correlation_id, std::to_string(job.job_id), run_id, job.worker_id};
}

/// Was it the server that went away, rather than a conflict with another transaction?
bool lost_the_server(const std::exception& error) {
    const auto sqlstate = store::sqlstate_of(error);
    return sqlstate.starts_with("08") || sqlstate.starts_with("57P") ||
           sqlstate.starts_with("53") || sqlstate == "25006";
}

std::int64_t milliseconds_since(JobsInHand::Clock::time_point then) {
    return std::chrono::duration_cast<milliseconds>(JobsInHand::Clock::now() - then).count();
}

using Passage = std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>;

/// Page and chunk.
Passage passage_of(const store::ClaimedJob& job) {
    return {job.source_page_id, job.chunk_id};
}

/// False where that cannot be found out: the answer is then dealt with alone, and told what is
/// wrong.
bool takes_several(store::Queue& queue, const std::string& handler) {
    try {
        return queue.takes_several(handler);
    } catch (const Error& error) {
        telemetry::log(Level::debug, error.what());
        return false;
    }
}

void log_done(const JobsInHand::Job& job, const store::Queue::Completion& completion,
              const store::Queue::Completed& completed) {
    telemetry::log(Level::info, "job done", context_of(job->job, completion.run_id),
                   {{"job_type", job->job.job_type},
                    {"duration_ms", milliseconds_since(job->claimed_at)},
                    {"counts", completed.counts},
                    {"followers", completed.followers}});
}

std::string cause_of(const JobOutcome& outcome) {
    const auto& run = outcome.completion.run_outcome;
    return run.is_object() ? run.value("outcome", "failed") : "failed";
}

}  // namespace

Completer::Completer(const store::Database& database, Options options,
                     std::function<void(const Ended&)> on_end)
    : database_(&database), options_(options), on_end_(std::move(on_end)) {
    for (unsigned thread = 0; thread < std::max(1U, options_.threads); ++thread)
        threads_.emplace_back([this](const std::stop_token& stop) { write_ends(stop); });
}

Completer::~Completer() {
    for (auto& thread : threads_) thread.request_stop();
}

void Completer::submit(JobsInHand::Job job, JobOutcome outcome) {
    {
        const std::scoped_lock lock(mutex_);
        items_.push_back({std::move(job), std::move(outcome), false});
    }
    submitted_.notify_one();
}

/// Adds to the one answer of a batch those that wait and can be routed with it. Locked by the
/// caller.
void Completer::gather_answers(std::vector<Item>& batch) {
    const auto handler = batch.front().outcome.completion.handler;
    const auto tenant_id = batch.front().job->job.tenant_id;
    std::set<Passage> passages{passage_of(batch.front().job->job)};
    for (auto item = items_.begin(); item != items_.end() && batch.size() < options_.answers;) {
        if (item->outcome.kind == JobOutcome::Kind::completed &&
            item->outcome.completion.handler == handler && item->job->job.tenant_id == tenant_id &&
            item->outcome.completion.before.empty() &&
            passages.insert(passage_of(item->job->job)).second) {
            batch.push_back(std::move(*item));
            item = items_.erase(item);
        } else {
            ++item;
        }
    }
}

std::vector<Completer::Item> Completer::next_batch(store::Queue& queue,
                                                   const std::stop_token& stop) {
    std::vector<Item> batch;
    std::unique_lock lock(mutex_);
    if (!submitted_.wait(lock, stop, [this] { return !items_.empty(); })) return batch;
    const auto shares = [](const Item& item) {
        return item.outcome.kind == JobOutcome::Kind::completed && item.outcome.may_share;
    };
    const bool together = shares(items_.front());
    do {
        batch.push_back(std::move(items_.front()));
        items_.pop_front();
    } while (together && batch.size() < options_.batch && !items_.empty() &&
             shares(items_.front()));
    const auto& outcome = batch.front().outcome;
    if (together || outcome.kind != JobOutcome::Kind::completed || items_.empty() ||
        !outcome.completion.before.empty())
        return batch;
    lock.unlock();
    if (!takes_several(queue, outcome.completion.handler)) return batch;
    lock.lock();
    gather_answers(batch);
    return batch;
}

void Completer::write_ends(const std::stop_token& stop) {
    auto connection = database_->connect("completer");
    store::Queue queue(connection);
    for (;;) {
        auto batch = next_batch(queue, stop);
        if (batch.empty()) return;
        if (batch.size() > 1 && complete_together(queue, batch)) continue;
        for (auto& item : batch) end_alone(queue, item, stop);
    }
}

/// False, with nothing written, when one of them has to be dealt with alone.
bool Completer::complete_together(store::Queue& queue, std::vector<Item>& batch) {
    std::ranges::sort(batch, {}, [](const Item& item) { return item.job->job.job_id; });
    std::vector<store::Queue::Ended> ended;
    ended.reserve(batch.size());
    for (const auto& item : batch) ended.push_back({&item.job->job, &item.outcome.completion});
    std::vector<store::Queue::Completed> completed;
    try {
        completed = queue.complete_all(ended);
    } catch (const Error& error) {
        telemetry::log(Level::debug, error.what());
        for (auto& item : batch) item.in_doubt = lost_the_server(error);
        return false;
    }
    telemetry::log(Level::info, "jobs done together",
                   {{}, {}, {}, batch.front().job->job.worker_id}, {{"jobs", batch.size()}});
    const int followers = completed.front().followers;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        const auto& [job, outcome, in_doubt] = batch[at];
        if (!outcome.completion.handler.empty()) log_done(job, outcome.completion, completed[at]);
        on_end_({job, JobEnd::succeeded, {}, followers});
    }
    return true;
}

void Completer::end_alone(store::Queue& queue, Item& item, const std::stop_token& stop) {
    auto ended = end_of(queue, item, stop);
    if (ended.end == JobEnd::lease_lost)
        telemetry::log(Level::warning, "lease lost: what was done for the job is dropped",
                       context_of(item.job->job, item.outcome.completion.run_id));
    on_end_(ended);
}

/// Writes until it is written or the server's answer is final. A server that is away is waited for.
Completer::Ended Completer::end_of(store::Queue& queue, Item& item, const std::stop_token& stop) {
    const auto& job = item.job->job;
    const auto& completion = item.outcome.completion;
    auto pause = first_reconnection_pause;
    for (;;) {
        try {
            switch (item.outcome.kind) {
                case JobOutcome::Kind::completed:
                    return completed_or_failed(queue, item, stop);
                case JobOutcome::Kind::failed:
                    return failed(queue, item);
                case JobOutcome::Kind::handed_back:
                    if (!completion.run_id.empty())
                        queue.finish_run(completion.run_id, completion.run_outcome);
                    queue.hand_back(job);
                    return {item.job, JobEnd::handed_back, {}, 0};
            }
        } catch (const store::LeaseLost&) {
            try {
                if (item.in_doubt && queue.was_completed(job))
                    return {item.job, JobEnd::succeeded, {}, 0};
                if (!completion.run_id.empty()) {
                    auto outcome = completion.run_outcome.is_object() ? completion.run_outcome
                                                                      : json::object();
                    outcome["outcome"] = "lease_lost";
                    queue.finish_run(completion.run_id, outcome);
                }
            } catch (const Error& error) {
                telemetry::log(Level::warning, error.what(), context_of(job, completion.run_id));
            }
            return {item.job, JobEnd::lease_lost, {}, 0};
        } catch (const Error& error) {
            telemetry::log(Level::warning, error.what(), context_of(job, completion.run_id));
            // Its lease runs out by itself; another runner will take it then.
            if (stop.stop_requested() || !lost_the_server(error))
                return {item.job, JobEnd::lease_lost, {}, 0};
            item.in_doubt = true;
            pause_for(jittered(pause), stop);
            pause = std::min(pause * 2, longest_reconnection_pause);
        }
    }
}

/// Deadlocks and serialization failures are routine with several workers: the model's answer is
/// dear and routing it again is cheap.
Completer::Ended Completer::completed_or_failed(store::Queue& queue, Item& item,
                                                const std::stop_token& stop) {
    const auto& job = item.job->job;
    auto& completion = item.outcome.completion;
    for (int attempt = 1;; ++attempt) {
        try {
            const auto completed = queue.complete(job, completion);
            log_done(item.job, completion, completed);
            return {item.job, JobEnd::succeeded, {}, completed.followers};
        } catch (const store::LeaseLost&) {
            throw;
        } catch (const TransientError& error) {
            if (lost_the_server(error)) throw;
            telemetry::log(Level::info, error.what(), context_of(job, completion.run_id));
            item.outcome.reason = error.what();
            item.outcome.permanent = false;
            if (attempt < routing_attempts) {
                pause_for(jittered(routing_pause * (2 * attempt)), stop);
                continue;
            }
        } catch (const Error& error) {
            item.outcome.reason = error.what();
            item.outcome.permanent = true;
        }
        item.outcome.kind = JobOutcome::Kind::failed;
        if (!completion.run_outcome.is_object()) completion.run_outcome = json::object();
        completion.run_outcome["outcome"] = "routing_failed";
        return failed(queue, item);
    }
}

Completer::Ended Completer::failed(store::Queue& queue, const Item& item) {
    const auto& job = item.job->job;
    const auto& outcome = item.outcome;
    const auto cause = cause_of(outcome);
    telemetry::log(Level::warning, "job failed", context_of(job, outcome.completion.run_id),
                   {{"job_type", job.job_type},
                    {"duration_ms", milliseconds_since(item.job->claimed_at)},
                    {"reason", outcome.reason},
                    {"outcome", cause}});
    const json error = {{"reason", outcome.reason},
                        {"outcome", cause},
                        {"run_id", outcome.completion.run_id},
                        {"attempt", job.attempts},
                        {"permanent", outcome.permanent}};
    if (outcome.keep_error) {
        auto artifact = error;
        artifact["job_id"] = job.job_id;
        artifact["correlation_id"] = job.correlation_id;
        outcome.keep_error(artifact);
    }
    auto run_outcome = outcome.completion.run_outcome;
    if (run_outcome.is_object()) run_outcome["error"] = outcome.reason;
    const auto status = queue.fail(job, outcome.completion.run_id, run_outcome, error,
                                   outcome.permanent, outcome.retry_after);
    return {item.job, status == "DEADLETTER" ? JobEnd::dead : JobEnd::waits_for_retry, cause, 0};
}

}  // namespace almagest::work
