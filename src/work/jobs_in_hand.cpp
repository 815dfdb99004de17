#include "work/jobs_in_hand.h"

#include <algorithm>
#include <set>
#include <utility>

namespace almagest::work {

namespace {
constexpr std::size_t few_jobs = 16;
}

void JobsInHand::add(std::vector<store::ClaimedJob> jobs, Clock::time_point asked_at) {
    auto added = jobs.size();
    {
        const std::scoped_lock lock(mutex_);
        for (auto& job : jobs) {
            auto held = std::make_shared<HeldJob>(HeldJob{std::move(job), {}, asked_at});
            if (closed_) held->stop.request_stop();
            held_.insert_or_assign(held->job.job_id, Lease{held, asked_at + held->job.lease});
            waiting_.push_back(std::move(held));
            ++counts_.waiting;
        }
    }
    // Waking all slots for one job would cost more than the job.
    if (added > few_jobs) {
        filled_.notify_all();
    } else {
        for (; added > 0; --added) filled_.notify_one();
    }
}

JobsInHand::Job JobsInHand::next(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!filled_.wait(lock, stop, [this] { return !waiting_.empty(); })) return nullptr;
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    --counts_.waiting;
    ++counts_.in_slots;
    return job;
}

void JobsInHand::ended(const Job& /*job*/) {
    const std::scoped_lock lock(mutex_);
    --counts_.in_slots;
    ++counts_.ended;
    tell_of_change();
}

void JobsInHand::remove(const Job& job) {
    const std::scoped_lock lock(mutex_);
    const auto found = held_.find(job->job.job_id);
    // The same job may have been claimed again after its lease was lost.
    if (found != held_.end() && found->second.job == job) held_.erase(found);
    --counts_.ended;
    ++left_;
    emptied_ = counts_.all() == 0;
    tell_of_change();
}

JobsInHand::Counts JobsInHand::counts() const {
    const std::scoped_lock lock(mutex_);
    return counts_;
}

std::uint64_t JobsInHand::left() const {
    const std::scoped_lock lock(mutex_);
    return left_;
}

std::vector<store::ClaimedJob> JobsInHand::leases_due(Clock::time_point now,
                                                      Clock::duration interval) const {
    std::vector<store::ClaimedJob> jobs;
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, lease] : held_) {
        const Clock::duration length = lease.job->job.lease;
        if (now - (lease.until - length) < std::min(interval, length / 3)) continue;
        store::ClaimedJob job;
        job.job_id = id;
        job.lease_token = lease.job->job.lease_token;
        job.job_type = lease.job->job.job_type;
        jobs.push_back(std::move(job));
    }
    return jobs;
}

std::vector<store::ClaimedJob> JobsInHand::extended(const std::vector<store::ClaimedJob>& asked,
                                                    const std::vector<std::int64_t>& kept,
                                                    Clock::time_point asked_at) {
    const std::set<std::int64_t> still(kept.begin(), kept.end());
    std::vector<store::ClaimedJob> lost;
    const std::scoped_lock lock(mutex_);
    for (const auto& job : asked) {
        const auto found = held_.find(job.job_id);
        if (found == held_.end() || found->second.job->job.lease_token != job.lease_token) continue;
        if (still.contains(job.job_id)) {
            found->second.until = asked_at + found->second.job->job.lease;
        } else {
            found->second.job->stop.request_stop();
            lost.push_back(job);
        }
    }
    return lost;
}

void JobsInHand::stop_expired(Clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    for (auto& [id, lease] : held_)
        if (lease.until < now) lease.job->stop.request_stop();
}

void JobsInHand::close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    for (auto& job : waiting_) job->stop.request_stop();
}

void JobsInHand::stop_all() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    for (auto& [id, lease] : held_) lease.job->stop.request_stop();
}

bool JobsInHand::wait_until_empty(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return counts_.all() == 0; });
}

/// Waking a claimer for every job would cost more than the job.
bool JobsInHand::worth_waking() const {
    if (counts_.all() == 0) return true;
    return wanted_ && counts_.waiting <= wanted_->waiting &&
           counts_.waiting + counts_.in_slots <= wanted_->busy && counts_.ended <= wanted_->ended;
}

void JobsInHand::tell_of_change() {
    if (!worth_waking()) return;
    changed_.notify_all();
    if (awaited_) wake_up_.raise();
}

void JobsInHand::wait_for(std::chrono::milliseconds patience, const std::optional<Room>& room,
                          int socket) {
    const auto until = Clock::now() + patience;
    std::unique_lock lock(mutex_);
    wanted_ = room;
    awaited_ = true;
    while (!woken_ && !(counts_.all() == 0 ? emptied_ : wanted_ && worth_waking())) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0) break;
        lock.unlock();
        const bool spoken = wake_up_.wait(left, socket);
        lock.lock();
        if (spoken) break;
    }
    awaited_ = false;
    woken_ = false;
    emptied_ = false;
    wanted_.reset();
}

void JobsInHand::wake() {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
    if (awaited_) wake_up_.raise();
}

}  // namespace almagest::work
