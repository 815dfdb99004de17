#include "work/job_runner.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "error/error.h"
#include "store/sqlstate.h"
#include "telemetry/log.h"
#include "work/chunk_step.h"
#include "work/job_input.h"
#include "work/parts.h"
#include "work/pricing.h"

namespace almagest::work {

using nlohmann::json;
using telemetry::Level;

namespace {

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

/// The circuit of the model's endpoint is open: the job goes back untried.
class EndpointPaused : public Error {
  public:
    using Error::Error;
    EndpointPaused() : Error("") {}
};

/// A spending limit is reached: the job goes back untried.
class SpendingHeld : public Error {
  public:
    SpendingHeld() : Error("") {}
};

/// Writes the error of an attempt beside its input and output.
std::function<void(const json&)> error_keeper(const lake::Lake& lake,
                                              std::filesystem::path folder) {
    if (folder.empty()) return {};
    return [&lake, folder = std::move(folder)](const json& error) {
        lake.write(folder, "error", error);
    };
}

/// Questions about one job, when answers break off.
constexpr std::size_t most_questions = 16;

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
    std::string correlation_id;
    std::filesystem::path folder;
    json outcome;
    [[nodiscard]] bool begun() const { return !id.empty(); }
};

JobRunner::JobRunner(const Workshop& workshop, std::string worker_id)
    : workshop_(workshop), worker_id_(std::move(worker_id)) {}

JobOutcome JobRunner::handle(const store::ClaimedJob& job, const std::stop_token& stop) {
    Run run;
    JobOutcome handed_back;
    handed_back.kind = JobOutcome::Kind::handed_back;
    const auto unfinished = [&](const char* outcome) {
        if (run.begun()) {
            run.outcome["outcome"] = outcome;
            handed_back.completion = {run.id, {}, nullptr, run.outcome};
        }
        return handed_back;
    };
    // A model that cannot be opened is not the job's fault: every other job would meet the same.
    (void)workshop_.model->get();
    try {
        return work_out(job, run, stop);
    } catch (const Stopped&) {
        return unfinished("stopped");
    } catch (const SpendingHeld&) {
        return handed_back;
    } catch (const EndpointPaused& error) {
        handed_back.reason = error.what();
        return unfinished("model_failed");
    } catch (const model::EndpointUnusable&) {
        if (run.begun()) {
            run.outcome["outcome"] = "model_failed";
            store::Queue(*workshop_.connections->lend()).finish_run(run.id, run.outcome);
        }
        throw;
    } catch (const AnswerRefused& error) {
        return refusal(run, error.outcome(), error.what(), false);
    } catch (const TransientError& error) {
        // A database that went away is nobody's attempt.
        if (!store::sqlstate_of(error).empty()) return unfinished("abandoned");
        auto outcome = refusal(run, "model_failed", error.what(), false);
        outcome.retry_after = error.retry_after();
        return outcome;
    } catch (const UsageError& error) {
        return refusal(run, "model_failed", error.what(), true);
    } catch (const PermanentError& error) {
        return refusal(run, "model_failed", error.what(), true);
    }
}

JobOutcome JobRunner::refusal(const Run& run, std::string outcome, const std::string& reason,
                              bool permanent) const {
    auto failed = JobOutcome::failure(reason, permanent);
    failed.completion.run_id = run.id;
    failed.completion.run_outcome = run.outcome.is_object() ? run.outcome : json::object();
    failed.completion.run_outcome["outcome"] = std::move(outcome);
    failed.keep_error = error_keeper(*workshop_.lake, run.folder);
    return failed;
}

JobOutcome JobRunner::work_out(const store::ClaimedJob& job, Run& run,
                               const std::stop_token& stop) {
    const auto& type =
        workshop_.registry->find(job.job_type, contract::Version::parse(job.contract_version));
    JobOutcome outcome;
    if (type.handler == "program:chunk_source") {
        outcome.completion = cut_page(job);
        return outcome;
    }
    if (!type.asks_model()) {
        // A type without a prompt is work for its procedure alone.
        if (type.handler.starts_with("program:"))
            throw PermanentError("job type " + type.job_type + " has the unknown handler " +
                                 type.handler + "; this program knows program:chunk_source");
        outcome.completion = {"", type.handler, job.payload, nullptr};
        return outcome;
    }
    auto evidence = evidence_of(job, type);
    if (!evidence) {
        outcome.completion = {"", type.handler, empty_output(type), nullptr};
        return outcome;
    }
    outcome.completion = answer_all(job, type, std::move(*evidence), run, stop);
    outcome.keep_error = error_keeper(*workshop_.lake, run.folder);
    return outcome;
}

std::optional<Evidence> JobRunner::evidence_of(const store::ClaimedJob& job,
                                               const contract::JobType& type) {
    const auto& profile = config::profile_for(*workshop_.settings, workshop_.model->get().name());
    const auto connection = workshop_.connections->lend();
    store::Knowledge knowledge(*connection);
    return evidence_for(job, type, *workshop_.settings, profile, knowledge);
}

/// What the call may spend; none where nothing limits it. Throws SpendingHeld.
std::optional<Spending::Leave> JobRunner::leave_for(const store::ClaimedJob& job, const Call& call,
                                                    const std::stop_token& stop) {
    if (workshop_.spending == nullptr) return std::nullopt;
    auto leave = workshop_.spending->ask(job, call.request, workshop_.model->get().name(), stop);
    if (!leave) throw SpendingHeld();
    return leave;
}

/// Asks until nothing is left that an answer broke off before; each question is a run.
store::Queue::Completion JobRunner::answer_all(const store::ClaimedJob& job,
                                               const contract::JobType& type, Evidence evidence,
                                               Run& run, const std::stop_token& stop) {
    json gathered;
    std::vector<store::Queue::PartialOutput> before;
    std::deque<Evidence> left;
    left.push_back(std::move(evidence));
    for (std::size_t asked = 1;; ++asked) {
        const auto now = std::move(left.front());
        left.pop_front();
        auto call = compose(*workshop_.registry, type, now.passage,
                            workshop_.settings->llm.temperature, job.attempts);
        // A backfill asks again because another answer is hoped for.
        call.request.anew = job.payload.is_object() && job.payload.contains("backfill_id");
        auto leave = leave_for(job, call, stop);
        begin(job, call, now, run);
        const auto answer = ask(job, call, run, stop);
        if (leave && !answer.from_cache)
            leave->took(answer.usage.prompt_tokens + answer.usage.completion_tokens,
                        run.outcome["cost"].get<double>());
        leave.reset();
        const auto checked = believe(type, call, answer, run);
        auto output = append_output(&gathered, checked.grounded);
        if (checked.cut) {
            run.outcome["outcome"] = "truncated";
            auto parts =
                parts_left(type, now.passage, checked.grounded, workshop_.settings->chunk.locale);
            if (parts.empty() || asked + left.size() + parts.size() > most_questions)
                throw AnswerRefused("truncated",
                                    "the model's answer broke off, and so did those about "
                                    "ever smaller parts of the passage");
            std::for_each(parts.rbegin(), parts.rend(), [&](contract::Passage& part) {
                if (can_be_asked(type, part)) left.push_front(part_of(now, std::move(part)));
            });
        }
        if (left.empty())
            return {run.id, type.handler, std::move(output), run.outcome, std::move(before)};
        before.push_back({run.id, std::move(output)});
        store::Queue(*workshop_.connections->lend()).finish_run(run.id, run.outcome);
        run = {};
    }
}

void JobRunner::begin(const store::ClaimedJob& job, const Call& call, const Evidence& evidence,
                      Run& run) {
    auto& model = workshop_.model->get();
    const auto started = std::chrono::system_clock::now();
    auto input = job_input(*workshop_.registry, job, evidence);
    input["model"] = model.name();
    input["started_at"] = telemetry::timestamp(started);
    input["maximum_tokens"] = call.request.maximum_tokens;
    input["temperature"] = call.request.temperature;
    input["messages"] = messages_of(call.request);
    input["schema"] = call.request.schema;
    input["passage"] = {{"offset", call.passage.offset}, {"text", call.passage.text}};
    const auto id = telemetry::new_uuid();
    const auto folder = workshop_.lake->run_folder(id, started);
    workshop_.lake->write(folder, "input", input);
    const auto connection = workshop_.connections->lend();
    store::Queue(*connection).start_run(id, job.job_id, model.name(), worker_id_, folder.string());
    // What fails before here has no run that could be finished.
    run = {id, job.correlation_id, folder, json::object()};
}

/// Asks, and tells the endpoint's circuit how it went.
model::ChatAnswer JobRunner::ask(const store::ClaimedJob& job, const Call& call, Run& run,
                                 const std::stop_token& stop) {
    auto& model = workshop_.model->get();
    auto turn = workshop_.circuit->begin_call();
    if (!turn) throw EndpointPaused();
    const auto log_circuit = [&](bool open, const std::string& why) {
        if (workshop_.metrics) workshop_.metrics->circuit(model.name(), open);
        telemetry::log(Level::warning,
                       open ? "the model's endpoint keeps failing: its jobs wait"
                            : "the model's endpoint answers again",
                       {job.correlation_id, std::to_string(job.job_id), run.id, worker_id_},
                       {{"model", model.name()}, {"reason", why}});
    };
    const auto note = [&](const Error& error) {
        if (workshop_.notice) workshop_.notice->failed(model.name(), error.what());
    };
    model::ChatAnswer answer;
    try {
        answer = model.complete(call.request, stop, workshop_.on_tokens);
    } catch (const TransientError& error) {
        note(error);
        if (turn->failed(error.retry_after())) log_circuit(true, error.what());
        // An endpoint in trouble is not this job's failure, once it is known to be in trouble.
        if (!workshop_.circuit->allows_claims()) throw EndpointPaused(error.what());
        throw;
    } catch (const model::EndpointUnusable& error) {
        note(error);
        if (turn->failed()) log_circuit(true, error.what());
        if (!workshop_.waits_for_endpoint) throw;
        throw EndpointPaused(error.what());
    } catch (const PermanentError&) {
        (void)turn->succeeded();
        throw;
    }
    if (turn->succeeded()) log_circuit(false, "");
    const double cost =
        answer.from_cache ? 0.0
                          : cost_of(answer.usage, prices_of(workshop_.settings->llm, model.name()));
    if (!answer.usage_estimated) run.outcome["prompt_characters"] = characters_of(call.request);
    run.outcome["prompt_tokens"] = answer.usage.prompt_tokens;
    run.outcome["cached_tokens"] = answer.usage.cached_tokens;
    run.outcome["completion_tokens"] = answer.usage.completion_tokens;
    run.outcome["duration_ms"] = answer.duration.count();
    run.outcome["cost"] = cost;
    run.outcome["from_cache"] = answer.from_cache;
    if (!answer.kept_under.empty()) run.outcome["answer_key"] = answer.kept_under;
    if (answer.from_cache) {
        if (workshop_.metrics) workshop_.metrics->answered_from_cache(model.name());
        return answer;
    }
    workshop_.model->add(answer);
    if (workshop_.metrics)
        workshop_.metrics->model_called(
            model.name(), {answer.duration, answer.usage.prompt_tokens, answer.usage.cached_tokens,
                           answer.usage.completion_tokens, cost});
    return answer;
}

store::Queue::Completion JobRunner::cut_page(const store::ClaimedJob& job) {
    if (!job.source_page_id) throw PermanentError("a CHUNK_SOURCE job without a page");
    auto& model = workshop_.model->get();
    const auto connection = workshop_.connections->lend();
    store::Knowledge knowledge(*connection);
    const auto page = knowledge.page(*job.source_page_id);
    const auto earlier = knowledge.earlier_cut(*job.source_page_id);
    const auto budget = chunk_budget_for(*workshop_.settings, *workshop_.registry, model);
    for (const auto& warning : budget.warnings)
        telemetry::log(Level::warning, warning, {job.correlation_id, {}, {}, worker_id_});
    return {"", "vector.usp_process_chunk_source_output",
            chunk_source_output(page.text, budget, *workshop_.settings, model, earlier), nullptr};
}

CheckedAnswer JobRunner::believe(const contract::JobType& type, const Call& call,
                                 const model::ChatAnswer& answer, Run& run) {
    const auto& profile = config::profile_for(*workshop_.settings, workshop_.model->get().name());
    auto checked = check_answer(type, call, answer, profile.default_confidence);
    checked.artifact["correlation_id"] = run.correlation_id;
    workshop_.lake->write(run.folder, "output", checked.artifact);
    if (!checked.parse_strategy.empty()) run.outcome["parse_strategy"] = checked.parse_strategy;
    run.outcome["refusals"] = checked.refusals;
    if (!checked.believed()) throw AnswerRefused(checked.outcome, checked.reason);
    run.outcome["outcome"] = checked.outcome;
    return checked;
}

}  // namespace almagest::work
