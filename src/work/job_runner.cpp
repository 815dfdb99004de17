#include "work/job_runner.h"

#include <algorithm>
#include <random>
#include <thread>

#include "error/error.h"
#include "telemetry/log.h"
#include "text/chunker.h"
#include "work/answer_check.h"
#include "work/chunk_step.h"

namespace almagest::work {

using nlohmann::json;
using telemetry::Level;

namespace {

constexpr int routing_attempts = 4;
constexpr auto routing_pause = std::chrono::milliseconds(50);

/// The answer is not to be believed; `outcome` is llm.run's word for why.
class AnswerRefused : public Error {
  public:
    AnswerRefused(std::string outcome, const std::string& sentence)
        : Error(sentence), outcome_(std::move(outcome)) {}
    [[nodiscard]] const std::string& outcome() const { return outcome_; }

  private:
    std::string outcome_;
};

json messages_of(const model::ChatRequest& request) {
    auto messages = json::array();
    for (const auto& message : request.messages)
        messages.push_back({{"role", message.role}, {"content", message.content}});
    return messages;
}

double cost_of(const model::Usage& usage, const config::LlmSettings& llm) {
    constexpr double million = 1'000'000.0;
    return (static_cast<double>(usage.prompt_tokens) * llm.price_per_million_prompt_tokens +
            static_cast<double>(usage.completion_tokens) *
                llm.price_per_million_completion_tokens) /
           million;
}

json empty_output(const contract::JobType& type) {
    auto output = json::object();
    for (const auto& rule : type.grounding)
        if (!rule.items.empty()) output[rule.items] = json::array();
    return output;
}

}  // namespace

LazyModel::LazyModel(std::function<std::unique_ptr<model::ChatModel>()> open)
    : open_(std::move(open)) {}

model::ChatModel& LazyModel::get() {
    const std::scoped_lock lock(mutex_);
    if (!model_) model_ = open_();
    return *model_;
}

LazyModel::Totals LazyModel::totals() const {
    const std::scoped_lock lock(mutex_);
    return totals_;
}

void LazyModel::add(const model::ChatAnswer& answer) {
    const std::scoped_lock lock(mutex_);
    ++totals_.calls;
    totals_.prompt_tokens += answer.usage.prompt_tokens;
    totals_.cached_tokens += answer.usage.cached_tokens;
    totals_.completion_tokens += answer.usage.completion_tokens;
    totals_.model_time += answer.duration;
}

/// One call to the model, as llm.run and the lake see it.
struct JobRunner::Run {
    std::string id;
    std::filesystem::path folder;
    json outcome = json::object();
    [[nodiscard]] bool begun() const { return !id.empty(); }
    /// The outcome when an error ends it: an answer that was believed can only fail in routing.
    [[nodiscard]] std::string failed_at() const {
        return outcome.contains("outcome") ? "routing_failed" : "model_failed";
    }
};

JobRunner::JobRunner(store::Connection connection, const Workshop& workshop, std::string worker_id)
    : connection_(std::move(connection)),
      queue_(connection_),
      knowledge_(connection_),
      workshop_(workshop),
      worker_id_(std::move(worker_id)) {}

JobEnd JobRunner::run(const store::ClaimedJob& job, std::stop_token stop) {
    const auto started = std::chrono::steady_clock::now();
    Run run;
    const auto context = [&] {
        return telemetry::Context{job.correlation_id, std::to_string(job.job_id), run.id,
                                  worker_id_};
    };
    const auto refused = [&](const std::string& outcome, const std::string& reason, bool permanent,
                             std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
        run.outcome["outcome"] = outcome;
        telemetry::log(Level::warning, "job failed", context(),
                       {{"job_type", job.job_type}, {"reason", reason}, {"outcome", outcome}});
        return give_up(job, run, reason, permanent, retry_after);
    };
    open_model(job);
    try {
        const auto& type =
            workshop_.registry->find(job.job_type, contract::Version::parse(job.contract_version));
        const auto completion = work_out(job, type, run, stop);
        const auto completed = route(job, completion);
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - started);
        telemetry::log(Level::info, "job done", context(),
                       {{"job_type", job.job_type},
                        {"duration_ms", took.count()},
                        {"counts", completed.counts},
                        {"followers", completed.followers}});
        return JobEnd::succeeded;
    } catch (const store::LeaseLost& error) {
        telemetry::log(Level::warning, error.what(), context());
        run.outcome["outcome"] = "lease_lost";
        if (run.begun()) queue_.finish_run(run.id, run.outcome);
        return JobEnd::lease_lost;
    } catch (const Stopped&) {
        run.outcome["outcome"] = "stopped";
        if (run.begun()) queue_.finish_run(run.id, run.outcome);
        queue_.hand_back(job);
        return JobEnd::handed_back;
    } catch (const model::EndpointUnusable&) {
        run.outcome["outcome"] = "model_failed";
        if (run.begun()) queue_.finish_run(run.id, run.outcome);
        queue_.hand_back(job);
        throw;
    } catch (const AnswerRefused& error) {
        return refused(error.outcome(), error.what(), false);
    } catch (const TransientError& error) {
        return refused(run.failed_at(), error.what(), false, error.retry_after());
    } catch (const UsageError& error) {
        return refused(run.failed_at(), error.what(), true);
    } catch (const PermanentError& error) {
        return refused(run.failed_at(), error.what(), true);
    }
}

/// A model that cannot be opened is not the job's fault: every other job would meet the same.
void JobRunner::open_model(const store::ClaimedJob& job) {
    try {
        (void)workshop_.model->get();
    } catch (...) {
        queue_.hand_back(job);
        throw;
    }
}

store::Queue::Completion JobRunner::work_out(const store::ClaimedJob& job,
                                             const contract::JobType& type, Run& run,
                                             std::stop_token stop) {
    if (type.handler == "program:chunk_source") return cut_page(job);
    if (!type.asks_model())
        throw PermanentError("job type " + type.job_type + " has the unknown handler " +
                             type.handler + "; this program knows program:chunk_source");
    auto passage = passage_for(job, type);
    if (!passage) return {"", type.handler, empty_output(type), nullptr};

    auto& model = workshop_.model->get();
    const auto call = compose(*workshop_.registry, type, std::move(*passage),
                              workshop_.settings->llm.temperature, job.attempts);
    const auto started = std::chrono::system_clock::now();
    run.id = telemetry::new_uuid();
    run.folder = workshop_.lake->run_folder(run.id, started);
    workshop_.lake->write(
        run.folder, "input",
        nlohmann::ordered_json{
            {"job_id", job.job_id},
            {"job_type", job.job_type},
            {"contract_version", job.contract_version},
            {"correlation_id", job.correlation_id},
            {"source_page_id", job.source_page_id ? json(*job.source_page_id) : json()},
            {"chunk_id", job.chunk_id ? json(*job.chunk_id) : json()},
            {"attempt", job.attempts},
            {"model", model.name()},
            {"started_at", telemetry::timestamp(started)},
            {"maximum_tokens", call.request.maximum_tokens},
            {"temperature", call.request.temperature},
            {"messages", messages_of(call.request)},
            {"schema", call.request.schema},
            {"passage", {{"offset", call.passage.offset}, {"text", call.passage.text}}}});
    queue_.start_run(run.id, job.job_id, model.name(), worker_id_, run.folder.string());

    const auto answer = model.complete(call.request, stop, workshop_.on_tokens);
    if (!answer.from_cache) workshop_.model->add(answer);
    run.outcome["prompt_tokens"] = answer.usage.prompt_tokens;
    run.outcome["cached_tokens"] = answer.usage.cached_tokens;
    run.outcome["completion_tokens"] = answer.usage.completion_tokens;
    run.outcome["duration_ms"] = answer.duration.count();
    run.outcome["cost"] = answer.from_cache ? 0.0 : cost_of(answer.usage, workshop_.settings->llm);
    run.outcome["from_cache"] = answer.from_cache;
    return believe(type, call, answer, run);
}

store::Queue::Completion JobRunner::cut_page(const store::ClaimedJob& job) {
    if (!job.source_page_id) throw PermanentError("a CHUNK_SOURCE job without a page");
    auto& model = workshop_.model->get();
    const auto page = knowledge_.page(*job.source_page_id);
    const auto budget = chunk_budget_for(*workshop_.settings, *workshop_.registry, model);
    for (const auto& warning : budget.warnings)
        telemetry::log(Level::warning, warning, {job.correlation_id, {}, {}, worker_id_});
    return {"", "vector.usp_process_chunk_source_output",
            chunk_source_output(page.text, budget, *workshop_.settings, model), nullptr};
}

std::optional<contract::Passage> JobRunner::passage_for(const store::ClaimedJob& job,
                                                        const contract::JobType& type) {
    if (!job.source_page_id)
        throw PermanentError("job " + std::to_string(job.job_id) + " names no page");
    const auto page = knowledge_.page(*job.source_page_id);
    const auto& locale = workshop_.settings->chunk.locale;
    if (type.unit == contract::Unit::page) {
        const auto& profile =
            config::profile_for(*workshop_.settings, workshop_.model->get().name());
        const text::EstimatedTokens estimate(workshop_.settings->chunk.characters_per_token);
        const auto beginning =
            text::chunk_text(page.text, {profile.chunk_maximum_tokens, 0, 0}, estimate, locale)
                .front();
        const text::CodePointIndex index(page.text);
        return passage_of(page.title, std::string(index.slice(beginning.range)), 0, locale);
    }
    if (!job.chunk_id)
        throw PermanentError("job " + std::to_string(job.job_id) + " names no chunk");
    auto chunk = knowledge_.chunk(*job.chunk_id);
    auto passage = passage_of(page.title, std::move(chunk.content),
                              static_cast<std::size_t>(chunk.char_start), locale);
    passage.page_type = page.primary_type;
    if (type.continues) {
        for (auto& entity : knowledge_.chunk_entities(*job.chunk_id)) {
            passage.entity_names.push_back(std::move(entity.name));
            passage.entity_types.push_back(std::move(entity.type));
        }
        if (passage.entity_names.size() < 2) return std::nullopt;  // nothing can be related
    }
    if (passage.sentences.empty()) return std::nullopt;  // headings only
    return passage;
}

store::Queue::Completion JobRunner::believe(const contract::JobType& type, const Call& call,
                                            const model::ChatAnswer& answer, Run& run) {
    const auto& profile = config::profile_for(*workshop_.settings, workshop_.model->get().name());
    auto checked = check_answer(type, call, answer, profile.default_confidence);
    workshop_.lake->write(run.folder, "output", checked.artifact);
    if (!checked.parse_strategy.empty()) run.outcome["parse_strategy"] = checked.parse_strategy;
    run.outcome["refusals"] = checked.refusals;
    if (!checked.believed()) throw AnswerRefused(checked.outcome, checked.reason);
    run.outcome["outcome"] = checked.outcome;
    return {run.id, type.handler, std::move(checked.grounded), run.outcome};
}

store::Queue::Completed JobRunner::route(const store::ClaimedJob& job,
                                         const store::Queue::Completion& completion) {
    // Deadlocks and serialization failures are routine with several workers: the model's answer is
    // dear and routing it again is cheap.
    thread_local std::minstd_rand jitter{std::random_device{}()};
    for (int attempt = 1;; ++attempt) {
        try {
            return queue_.complete(job, completion);
        } catch (const TransientError& error) {
            if (attempt == routing_attempts) throw;
            telemetry::log(
                Level::info, error.what(),
                {job.correlation_id, std::to_string(job.job_id), completion.run_id, worker_id_});
            const auto pause = routing_pause.count() * attempt;
            std::this_thread::sleep_for(std::chrono::milliseconds(
                std::uniform_int_distribution<std::int64_t>(pause / 2, pause * 2)(jitter)));
        } catch (const PermanentError& error) {
            throw AnswerRefused("routing_failed", error.what());
        }
    }
}

JobEnd JobRunner::give_up(const store::ClaimedJob& job, Run& run, const std::string& reason,
                          bool permanent, std::optional<std::chrono::milliseconds> retry_after) {
    run.outcome["error"] = reason;
    const json error = {{"reason", reason},
                        {"outcome", run.outcome.value("outcome", "")},
                        {"run_id", run.id},
                        {"attempt", job.attempts},
                        {"permanent", permanent}};
    if (run.begun()) workshop_.lake->write(run.folder, "error", error);
    try {
        const auto status = queue_.fail(job, run.id, run.outcome, error, permanent, retry_after);
        return status == "DEADLETTER" ? JobEnd::dead : JobEnd::waits_for_retry;
    } catch (const store::LeaseLost&) {
        return JobEnd::lease_lost;
    }
}

}  // namespace almagest::work
