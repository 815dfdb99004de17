#include "work/dispatcher.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>

#include "error/error.h"
#include "telemetry/log.h"

namespace almagest::work {

using namespace std::chrono_literals;
using telemetry::Level;

namespace {

constexpr auto tick = 1s;
constexpr auto longest_absence = 60s;  // of the database, before the work is given up

std::string host_name() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace

Dispatcher::Dispatcher(const store::Database& database, const Workshop& workshop,
                       DispatchOptions options)
    : database_(&database),
      workshop_(workshop),
      options_(std::move(options)),
      process_id_(host_name() + ":" + std::to_string(getpid()) + ":" +
                  telemetry::new_uuid().substr(0, 8)) {}

DispatchReport Dispatcher::run(const std::stop_token& stop) {
    {
        // The heartbeat outlives the slots: jobs that are ending still need their leases.
        const std::jthread heartbeat([this](const std::stop_token& end) { beat(end); });
        std::vector<std::jthread> slots;
        for (unsigned slot = 0; slot < options_.slots; ++slot)
            slots.emplace_back(
                [this, slot](const std::stop_token& end) { take_jobs(end, slot); });

        claim_until_done(stop);
        closing_.request_stop();

        std::unique_lock lock(mutex_);
        const auto idle = [this] { return in_hand_.empty(); };
        if (!changed_.wait_for(lock, workshop_.settings->work.grace, idle)) {
            for (auto& [id, held] : in_hand_) held.stop.request_stop();
            changed_.wait(lock, idle);
        }
        lock.unlock();
        for (auto& slot : slots) slot.request_stop();
        changed_.notify_all();
    }
    if (cause_) std::rethrow_exception(cause_);
    report_.stopped = stop.stop_requested();
    return report_;
}

std::size_t Dispatcher::free_places() {
    const std::scoped_lock lock(mutex_);
    const std::size_t places = options_.slots;
    return places - std::min(places, in_hand_.size());
}

void Dispatcher::claim_until_done(const std::stop_token& stop) {
    const std::stop_callback wake_on_stop(stop, [this] { changed_.notify_all(); });
    std::minstd_rand jitter{std::random_device{}()};
    auto connection = database_->connect("claimer");
    store::Queue queue(connection);
    auto last_contact = std::chrono::steady_clock::now();
    auto last_tick = last_contact;
    while (!stop.stop_requested() && !closing_.stop_requested()) {
        std::size_t got = 0;
        try {
            if (const auto places = free_places(); places > 0) {
                auto jobs = queue.claim(process_id_, options_.filter, static_cast<int>(places));
                got = jobs.size();
                const std::scoped_lock lock(mutex_);
                for (auto& job : jobs) {
                    in_hand_.emplace(job.job_id, InHand{job, {}});
                    claimed_.push_back(std::move(job));
                }
            }
            if (got == 0) {
                (void)queue.release_expired();
                if (options_.drain && free_places() == options_.slots && nothing_left(queue))
                    return;
            }
            last_contact = std::chrono::steady_clock::now();
        } catch (const TransientError& error) {
            telemetry::log(Level::warning, error.what(), {{}, {}, {}, process_id_});
            if (std::chrono::steady_clock::now() - last_contact > longest_absence) {
                break_off(std::current_exception());
                return;
            }
        }
        changed_.notify_all();
        if (std::chrono::steady_clock::now() - last_tick >= tick) {
            last_tick = std::chrono::steady_clock::now();
            if (options_.on_tick) options_.on_tick();
        }
        const auto poll = workshop_.settings->work.poll_interval.count();
        const auto pause = std::chrono::milliseconds(
            std::uniform_int_distribution<std::int64_t>(poll / 2, poll)(jitter));
        std::unique_lock lock(mutex_);
        const auto before = in_hand_.size();
        changed_.wait_for(lock, pause, [&] {
            return stop.stop_requested() || closing_.stop_requested() || in_hand_.size() < before;
        });
    }
}

bool Dispatcher::nothing_left(store::Queue& queue) {
    const auto pending =
        queue.pending(options_.filter.tenant_id.value_or(0), options_.filter.source_page_ids);
    return pending.waiting == 0 && pending.running == 0;
}

void Dispatcher::take_jobs(const std::stop_token& stop, unsigned slot) {
    const auto worker = process_id_ + ":" + std::to_string(slot);
    std::optional<JobRunner> runner;
    for (;;) {
        store::ClaimedJob job;
        std::stop_token job_stop;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !claimed_.empty(); })) return;
            job = std::move(claimed_.front());
            claimed_.pop_front();
            auto& held = in_hand_.at(job.job_id);
            if (closing_.stop_requested()) held.stop.request_stop();
            job_stop = held.stop.get_token();
        }
        auto end = JobEnd::handed_back;
        try {
            if (!runner)
                runner.emplace(database_->connect("slot " + std::to_string(slot)), workshop_,
                               worker);
            end = runner->run(job, job_stop);
        } catch (...) {
            break_off(std::current_exception());
        }
        {
            const std::scoped_lock lock(mutex_);
            in_hand_.erase(job.job_id);
            count(end);
        }
        changed_.notify_all();
    }
}

void Dispatcher::beat(const std::stop_token& stop) {
    auto connection = database_->connect("heartbeat");
    store::Queue queue(connection);
    std::mutex sleeping;
    std::condition_variable_any wake;
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(sleeping);
            wake.wait_for(lock, stop, workshop_.settings->work.heartbeat_interval,
                          [] { return false; });
        }
        if (stop.stop_requested()) return;
        std::vector<store::ClaimedJob> jobs;
        {
            const std::scoped_lock lock(mutex_);
            for (const auto& [id, held] : in_hand_) jobs.push_back(held.job);
        }
        if (jobs.empty()) continue;
        try {
            const auto held = queue.extend(jobs);
            const std::scoped_lock lock(mutex_);
            for (const auto& job : jobs) {
                if (std::find(held.begin(), held.end(), job.job_id) != held.end()) continue;
                const auto lost = in_hand_.find(job.job_id);
                if (lost != in_hand_.end() && lost->second.job.lease_token == job.lease_token)
                    lost->second.stop.request_stop();
            }
        } catch (const Error& error) {
            telemetry::log(Level::warning, error.what(), {{}, {}, {}, process_id_});
        }
    }
}

void Dispatcher::count(JobEnd end) {
    switch (end) {
        case JobEnd::succeeded:
            ++report_.succeeded;
            break;
        case JobEnd::waits_for_retry:
            ++report_.retried;
            break;
        case JobEnd::dead:
            ++report_.dead;
            break;
        case JobEnd::lease_lost:
            ++report_.lease_lost;
            break;
        case JobEnd::handed_back:
            ++report_.handed_back;
            break;
    }
}

void Dispatcher::break_off(std::exception_ptr cause) {
    {
        const std::scoped_lock lock(mutex_);
        if (!cause_) cause_ = std::move(cause);
        closing_.request_stop();
        for (auto& [id, held] : in_hand_) held.stop.request_stop();
    }
    changed_.notify_all();
}

}  // namespace almagest::work
