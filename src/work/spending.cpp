#include "work/spending.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "error/error.h"
#include "telemetry/log.h"
#include "text/code_points.h"
#include "work/pricing.h"

namespace almagest::work {
namespace {

// Fewer characters a token, and more tokens a character, than any usual tokenizer makes of text.
constexpr double fewest_letters_a_token = 2.5;
constexpr double most_tokens_a_character = 1.5;
constexpr std::size_t tokens_around_a_message = 8;
constexpr std::size_t schema_bytes_a_token = 4;
constexpr auto between_tries = std::chrono::milliseconds(500);

std::size_t most_tokens_of(std::string_view utf8) {
    const auto letters =
        static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char byte) {
            return static_cast<unsigned char>(byte) < 0x80;
        }));
    const auto others = text::code_point_count(utf8) - letters;
    return static_cast<std::size_t>(
        std::ceil(static_cast<double>(letters) / fewest_letters_a_token +
                  static_cast<double>(others) * most_tokens_a_character));
}

}  // namespace

std::uint64_t most_tokens(const model::ChatRequest& request) {
    std::size_t tokens = request.maximum_tokens;
    for (const auto& message : request.messages)
        tokens += most_tokens_of(message.content) + tokens_around_a_message;
    if (!request.schema.is_null()) tokens += request.schema.dump().size() / schema_bytes_a_token;
    return tokens;
}

Spending::Spending(const config::LlmSettings& prices, const config::LimitSettings& limits,
                   store::ConnectionPool& connections)
    : prices_(&prices), limits_(limits), connections_(&connections) {}

bool Spending::is_enough(std::uint64_t tokens, double cost) const {
    return (limits_.tokens_per_run == 0 ||
            tokens_ + tokens_aside_ + tokens <= limits_.tokens_per_run) &&
           (limits_.cost_per_run == 0 || cost_ + cost_aside_ + cost <= limits_.cost_per_run);
}

std::string Spending::reason(std::uint64_t tokens, double cost) const {
    if (limits_.tokens_per_run > 0 && tokens_ + tokens > limits_.tokens_per_run)
        return fmt::format("{} of the run's {} tokens are spent, and the next call may take {}",
                           tokens_, limits_.tokens_per_run, tokens);
    return fmt::format(
        "{:.4f} of the run's {:.4f} money is spent, and the next call may take {:.4f}", cost_,
        limits_.cost_per_run, cost);
}

bool Spending::set_aside(std::uint64_t tokens, double cost, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (stopped_because_.empty() && !is_enough(tokens, cost)) {
        if (calls_ == 0) {
            stopped_because_ = reason(tokens, cost);
            break;
        }
        const auto under_way = calls_;
        if (!returned_.wait(lock, stop, [&] { return calls_ != under_way; })) throw Stopped();
    }
    if (!stopped_because_.empty()) return false;
    ++calls_;
    tokens_aside_ += tokens;
    cost_aside_ += cost;
    return true;
}

void Spending::give_back(std::uint64_t tokens, double cost) {
    {
        const std::scoped_lock lock(mutex_);
        --calls_;
        tokens_aside_ -= tokens;
        cost_aside_ = calls_ == 0 ? 0 : cost_aside_ - cost;
    }
    returned_.notify_all();
}

void Spending::book(std::uint64_t tokens, double cost) {
    const std::scoped_lock lock(mutex_);
    tokens_ += tokens;
    cost_ += cost;
}

std::optional<Spending::Leave> Spending::ask(const store::ClaimedJob& job,
                                             const model::ChatRequest& request,
                                             const std::string& model,
                                             const std::stop_token& stop) {
    const auto tokens = most_tokens(request);
    const auto prices = prices_of(*prices_, model);
    const double cost =
        cost_of({tokens - request.maximum_tokens, 0, request.maximum_tokens}, prices);
    if (!set_aside(tokens, cost, stop)) return std::nullopt;
    Leave leave(*this, job, tokens, cost, false);
    if (limits_.tokens_per_day == 0 && limits_.cost_per_day == 0) return leave;
    for (;;) {
        const auto said = store::Queue(*connections_->lend()).reserve_spending(job, tokens, cost);
        if (said == "held") return std::nullopt;
        if (said == "reserved") break;
        // Calls of other processes may be what it waits for: nobody here would tell of their end.
        std::unique_lock lock(mutex_);
        returned_.wait_for(lock, stop, between_tries, [] { return false; });
        if (stop.stop_requested()) throw Stopped();
    }
    leave.in_database_ = true;
    return leave;
}

std::string Spending::stopped_because() const {
    const std::scoped_lock lock(mutex_);
    return stopped_because_;
}

std::uint64_t Spending::tokens() const {
    const std::scoped_lock lock(mutex_);
    return tokens_;
}

double Spending::cost() const {
    const std::scoped_lock lock(mutex_);
    return cost_;
}

Spending::Leave::Leave(Leave&& other) noexcept
    : spending_(std::exchange(other.spending_, nullptr)),
      job_(other.job_),
      tokens_(other.tokens_),
      cost_(other.cost_),
      in_database_(other.in_database_) {}

Spending::Leave::~Leave() {
    took(0, 0);
}

void Spending::Leave::took(std::uint64_t tokens, double cost) {
    auto* spending = std::exchange(spending_, nullptr);
    if (spending == nullptr) return;
    spending->book(tokens, cost);
    spending->give_back(tokens_, cost_);
    if (!in_database_) return;
    try {
        store::Queue(*spending->connections_->lend()).settle_spending(*job_, tokens, cost);
    } catch (const std::exception& error) {
        // What was set aside counts as spent when the job is over.
        telemetry::log(telemetry::Level::warning,
                       std::string("what a call took was not booked: ") + error.what(),
                       {job_->correlation_id, std::to_string(job_->job_id), {}, {}});
    }
}

}  // namespace almagest::work
