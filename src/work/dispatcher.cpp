#include "work/dispatcher.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <thread>
#include <utility>

#include "error/error.h"
#include "telemetry/log.h"
#include "work/heartbeat.h"

namespace almagest::work {

using std::chrono::milliseconds;
using telemetry::Level;

namespace {

constexpr auto tick = std::chrono::seconds(1);
constexpr auto release_interval = std::chrono::seconds(5);
constexpr auto rate_interval = milliseconds(20);
/// Between claims, while jobs run and there were fewer to claim than asked for: what came of them
/// is then claimed together.
constexpr auto claim_interval = milliseconds(5);
/// How long someone who waits for the end is kept waiting for a database that went away.
constexpr auto longest_absence = std::chrono::minutes(5);
constexpr double prefetched_seconds = 0.25;
/// Batches whose ends are still to be written, at most: completers write one each meanwhile.
constexpr std::size_t most_ended = 3;

std::string host_name() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace

Dispatcher::Dispatcher(const store::Database& database, const config::WorkSettings& settings,
                       HandlerFactory make_handler, DispatchOptions options)
    : database_(&database),
      settings_(&settings),
      make_handler_(std::move(make_handler)),
      options_(std::move(options)),
      process_id_(host_name() + ":" + std::to_string(getpid()) + ":" +
                  telemetry::new_uuid().substr(0, 8)) {}

DispatchReport Dispatcher::run(const std::stop_token& stop) {
    {
        const Heartbeat heartbeat(
            *database_, jobs_, settings_->heartbeat_interval, [this](const store::ClaimedJob& job) {
                telemetry::log(Level::warning, "the lease was lost: stopping",
                               {{}, std::to_string(job.job_id), {}, process_id_});
            });
        Completer completer(*database_, {settings_->completers, settings_->claim_batch},
                            [this](const Completer::Ended& ended) { end(ended); });
        completer_ = &completer;
        std::vector<std::jthread> slots;
        slots.reserve(options_.slots);
        for (unsigned slot = 0; slot < options_.slots; ++slot)
            slots.emplace_back([this, slot](const std::stop_token& end) { take_jobs(end, slot); });

        {
            const std::jthread helper([this](const std::stop_token& end) { claim_beside(end); });
            claim_until_done(stop);
            closing_.request_stop();
        }
        jobs_.close();
        if (!jobs_.wait_until_empty(settings_->grace)) {
            jobs_.stop_all();
            // What cannot be written by then is left to its lease.
            (void)jobs_.wait_until_empty(settings_->grace);
        }
        for (auto& slot : slots) slot.request_stop();
    }
    completer_ = nullptr;
    const std::scoped_lock lock(mutex_);
    if (cause_) std::rethrow_exception(cause_);
    report_.stopped = stop.stop_requested();
    return report_;
}

void Dispatcher::measure_rate() {
    const auto now = JobsInHand::Clock::now();
    const std::chrono::duration<double> passed = now - measured_at_;
    if (passed < rate_interval) return;
    const auto left = jobs_.left();
    const auto rate = static_cast<double>(left - measured_left_) / passed.count();
    // Follows a rise at once and a fall slowly: the last pause is no measure of the next job.
    jobs_per_second_ = std::max(rate, jobs_per_second_ * 0.9);
    measured_at_ = now;
    measured_left_ = left;
}

std::size_t Dispatcher::prefetch() const {
    return std::min(2 * settings_->claim_batch,
                    static_cast<std::size_t>(jobs_per_second_ * prefetched_seconds));
}

/// With more than so many waiting nothing is claimed: claims are to be large.
std::size_t Dispatcher::enough_waiting() const {
    const auto ahead = prefetch();
    return std::max(ahead / 2, ahead - std::min(ahead, settings_->claim_batch / 2));
}

/// How many jobs to claim now; none while enough are at hand.
std::size_t Dispatcher::places() {
    measure_rate();
    const auto batch = settings_->claim_batch;
    const auto counts = jobs_.counts();
    const auto coming = asked_for_.load();
    if (counts.waiting + coming > enough_waiting() || counts.ended >= most_ended * batch) return 0;
    const auto capacity = options_.slots + prefetch();
    const auto busy = counts.waiting + counts.in_slots + coming;
    return std::min(batch, capacity - std::min(capacity, busy));
}

/// The room from which on places() is not zero; none while the second claimer fills it.
std::optional<JobsInHand::Room> Dispatcher::room_for_more() const {
    const auto coming = asked_for_.load();
    const auto capacity = options_.slots + prefetch() - 1;
    if (coming > std::min(enough_waiting(), capacity)) return std::nullopt;
    return JobsInHand::Room{enough_waiting() - coming, capacity - coming,
                            most_ended * settings_->claim_batch - 1};
}

std::size_t Dispatcher::claim(store::Queue& queue, std::size_t limit) {
    auto filter = options_.filter;
    if (options_.circuit) {
        const auto allowed = options_.circuit->claims_allowed(limit);
        if (allowed == 0) {
            std::erase_if(filter.job_types, [this](const auto& type) {
                return std::ranges::find(options_.types_without_model, type) ==
                       options_.types_without_model.end();
            });
            if (options_.filter.job_types.empty()) filter.job_types = options_.types_without_model;
            if (filter.job_types.empty()) return 0;
        } else {
            limit = std::min(limit, allowed);
        }
    }
    const auto asked_at = JobsInHand::Clock::now();
    auto jobs = queue.claim(process_id_, filter, static_cast<int>(limit));
    const auto got = jobs.size();
    if (options_.metrics)
        for (const auto& job : jobs) options_.metrics->claimed(job.job_type);
    jobs_.add(std::move(jobs), asked_at);
    return got;
}

/// Whoever waits for the end is told when there will be none.
void Dispatcher::give_up_on_endpoint() {
    if (!options_.drain || !options_.circuit) return;
    if (options_.circuit->state() == CircuitBreaker::State::closed) {
        circuit_open_since_.reset();
        return;
    }
    const auto now = JobsInHand::Clock::now();
    if (!circuit_open_since_) circuit_open_since_ = now;
    if (now - *circuit_open_since_ < settings_->endpoint_patience) return;
    std::string trouble;
    {
        const std::scoped_lock lock(mutex_);
        trouble = endpoint_trouble_;
    }
    break_off(std::make_exception_ptr(TransientError(
        "the model's endpoint keeps failing, and what is left waits in the queue: run this again "
        "when it answers" +
        (trouble.empty() ? "" : " (" + trouble + ")"))));
}

void Dispatcher::claim_until_done(const std::stop_token& stop) {
    const std::stop_callback wake_on_stop(stop, [this] { jobs_.wake(); });
    std::minstd_rand jitter{std::random_device{}()};
    auto connection = database_->connect("claimer", fmt::format("LISTEN {}", store::jobs_channel));
    store::Queue queue(connection);
    auto last_contact = JobsInHand::Clock::now();
    auto last_tick = last_contact;
    auto last_release = JobsInHand::Clock::time_point{};
    while (!stop.stop_requested() && !closing_.stop_requested()) {
        give_up_on_endpoint();
        bool is_away = false;
        const bool closed = options_.is_enough && options_.is_enough();
        if (closed && asked_for_ == 0 && jobs_.counts().all() == 0) return;
        const auto limit = closed ? 0 : places();
        rest_between_claims(limit);
        (void)connection.take_notifications();
        std::size_t got = 0;
        try {
            if (limit > 0) got = claim(queue, limit);
            if (limit > 0 && got < limit) short_claim_at_ = JobsInHand::Clock::now();
            if (got == settings_->claim_batch) ask_for_help();
            const auto now = JobsInHand::Clock::now();
            if (now - last_release >= release_interval || (limit > 0 && got == 0)) {
                if (queue.release_expired() > 0) continue;
                last_release = now;
            }
            if (limit > 0 && got == 0 && options_.drain && asked_for_ == 0 &&
                jobs_.counts().all() == 0 && !queue.anything_left(options_.filter))
                return;
            last_contact = now;
        } catch (const TransientError& error) {
            telemetry::log(Level::warning, error.what(), {{}, {}, {}, process_id_});
            is_away = true;
            if (options_.drain && JobsInHand::Clock::now() - last_contact > longest_absence) {
                break_off(std::current_exception());
                return;
            }
        } catch (const Error&) {
            break_off(std::current_exception());
            return;
        }
        if (JobsInHand::Clock::now() - last_tick >= tick) {
            last_tick = JobsInHand::Clock::now();
            if (options_.on_tick) options_.on_tick();
        }
        if ((got > 0 && got == limit && places() > 0) ||
            (!is_away && connection.take_notifications()))
            continue;
        const bool more_waits = !closed && (limit == 0 || got == limit);
        const auto poll = settings_->poll_interval.count();
        const auto pause =
            milliseconds(std::uniform_int_distribution<std::int64_t>(poll / 2, poll)(jitter));
        std::optional<JobsInHand::Room> room;
        if (more_waits) room = room_for_more();
        // The socket of a server that went away has something to read for ever.
        jobs_.wait_for(pause, room, is_away ? -1 : connection.socket());
    }
}

void Dispatcher::rest_between_claims(std::size_t limit) {
    if (limit == 0 || !short_claim_at_) return;
    if (jobs_.counts().all() > 0) std::this_thread::sleep_until(*short_claim_at_ + claim_interval);
    short_claim_at_.reset();
}

/// Called when a claim was as large as it may be and so more waits.
void Dispatcher::ask_for_help() {
    const auto batch = settings_->claim_batch;
    if (asked_for_ > 0 || places() < batch) return;
    {
        const std::scoped_lock lock(mutex_);
        asked_for_ = batch;
    }
    help_wanted_.notify_one();
}

/// The second claimer: one claim each time that it is asked, so that the server claims while what
/// it gave is read and committed. What goes wrong here goes wrong for the first one too, which
/// deals with it.
void Dispatcher::claim_beside(const std::stop_token& stop) {
    std::optional<store::Connection> connection;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            if (!help_wanted_.wait(lock, stop, [this] { return asked_for_ > 0; })) return;
        }
        try {
            if (!connection) connection.emplace(database_->connect("second claimer"));
            store::Queue queue(*connection);
            (void)claim(queue, asked_for_);
        } catch (const Error& error) {
            telemetry::log(Level::debug, error.what(), {{}, {}, {}, process_id_});
        }
        asked_for_ = 0;
        jobs_.wake();
    }
}

void Dispatcher::take_jobs(const std::stop_token& stop, unsigned slot) {
    const auto worker = process_id_ + ":" + std::to_string(slot);
    std::unique_ptr<JobHandler> handler;
    while (auto job = jobs_.next(stop)) {
        JobOutcome outcome;
        outcome.kind = JobOutcome::Kind::handed_back;
        if (!job->stop.stop_requested()) {
            try {
                if (!handler) handler = make_handler_(worker);
                outcome = handler->handle(job->job, job->stop.get_token());
            } catch (...) {
                break_off(std::current_exception());
            }
        }
        if (outcome.kind == JobOutcome::Kind::handed_back && !outcome.reason.empty()) {
            const std::scoped_lock lock(mutex_);
            endpoint_trouble_ = outcome.reason;
        }
        jobs_.ended(job);
        completer_->submit(std::move(job), std::move(outcome));
    }
}

void Dispatcher::end(const Completer::Ended& ended) {
    const auto& type = ended.job->job.job_type;
    jobs_.remove(ended.job);
    if (ended.followers > 0) jobs_.wake();
    auto* metrics = options_.metrics;
    const std::scoped_lock lock(mutex_);
    switch (ended.end) {
        case JobEnd::succeeded:
            ++report_.succeeded;
            if (metrics) metrics->completed(type);
            break;
        case JobEnd::waits_for_retry:
            ++report_.retried;
            if (metrics) metrics->failed(type, ended.cause, false);
            break;
        case JobEnd::dead:
            ++report_.dead;
            if (metrics) metrics->failed(type, ended.cause, true);
            break;
        case JobEnd::lease_lost:
            ++report_.lease_lost;
            if (metrics) metrics->lease_lost(type);
            break;
        case JobEnd::handed_back:
            ++report_.handed_back;
            if (metrics) metrics->handed_back(type);
            break;
    }
}

void Dispatcher::break_off(std::exception_ptr cause) {
    {
        const std::scoped_lock lock(mutex_);
        if (!cause_) cause_ = std::move(cause);
    }
    closing_.request_stop();
    jobs_.stop_all();
    jobs_.wake();
}

}  // namespace almagest::work
