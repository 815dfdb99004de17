#include "work/heartbeat.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "error/error.h"
#include "telemetry/log.h"

namespace almagest::work {

namespace {
constexpr auto tick = std::chrono::milliseconds(200);
}

Heartbeat::Heartbeat(const store::Database& database, JobsInHand& jobs,
                     std::chrono::milliseconds interval,
                     std::function<void(const store::ClaimedJob&)> on_lost)
    : database_(&database), jobs_(&jobs), interval_(interval), on_lost_(std::move(on_lost)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { beat(stop); });
}

void Heartbeat::beat(const std::stop_token& stop) {
    auto connection = database_->connect("heartbeat");
    store::Queue queue(connection);
    std::mutex sleeping;
    std::condition_variable_any wake;
    bool is_away = false;
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(sleeping);
            wake.wait_for(lock, stop, tick, [] { return false; });
        }
        if (stop.stop_requested()) return;
        const auto asked_at = JobsInHand::Clock::now();
        const auto jobs = jobs_->leases_due(asked_at, interval_);
        if (jobs.empty()) continue;
        try {
            for (const auto& lost : jobs_->extended(jobs, queue.extend(jobs), asked_at))
                on_lost_(lost);
            if (std::exchange(is_away, false))
                telemetry::log(telemetry::Level::info, "leases are extended again");
        } catch (const Error& error) {
            if (!std::exchange(is_away, true))
                telemetry::log(telemetry::Level::warning, error.what());
            jobs_->stop_expired(JobsInHand::Clock::now());
        }
    }
}

}  // namespace almagest::work
