#include "store/queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <string_view>

#include "store/arguments.h"

namespace almagest::store {
namespace {

/// In the order of the claim's columns: looking them up by name costs more than all the rest.
ClaimedJob claimed_job(const pqxx::row& row) {
    ClaimedJob job;
    job.job_id = row[0].as<std::int64_t>();
    job.lease_token = row[1].as<std::string>();
    job.job_type = row[2].as<std::string>();
    job.contract_version = row[3].as<std::string>();
    job.tenant_id = row[4].as<int>();
    job.source_page_id = optional_of<std::int64_t>(row[5]);
    job.chunk_id = optional_of<std::int64_t>(row[6]);
    job.payload = json_of(row[7]);
    job.correlation_id = row[8].as<std::string>();
    job.attempts = row[9].as<int>();
    job.max_attempts = row[10].as<int>();
    job.lease = std::chrono::seconds(row[11].as<int>());
    return job;
}

bool is_procedure_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// The handler as it stands in a statement. It comes from a job type's folder, so it is data.
std::string quoted_procedure(pqxx::transaction_base& work, const std::string& handler) {
    const auto point = std::min(handler.find('.'), handler.size());
    const auto schema = handler.substr(0, point);
    const auto procedure = handler.substr(std::min(point + 1, handler.size()));
    if ((schema != "dbo" && schema != "vector" && schema != "sem") ||
        !is_procedure_name(procedure)) {
        throw PermanentError(
            fmt::format("handler `{}` is not the name of a procedure in schema dbo, vector or sem; "
                        "correct it in the "
                        "job type's job.yaml",
                        handler));
    }
    return work.quote_name(schema) + "." + work.quote_name(procedure);
}

Arguments identity_of(const ClaimedJob& job) {
    Arguments arguments;
    arguments.add(job.job_id).add(job.lease_token);
    return arguments;
}

std::optional<std::string> run_or_null(const std::string& run_id) {
    return run_id.empty() ? std::nullopt : std::optional(run_id);
}

std::optional<int> tenant_or_null(int tenant_id) {
    return tenant_id == 0 ? std::nullopt : std::optional(tenant_id);
}

/// Adds the numbers of another output's counts.
void add_counts(nlohmann::json* sums, nlohmann::json counts) {
    if (!sums->is_object() || !counts.is_object()) {
        *sums = std::move(counts);
        return;
    }
    for (auto& [name, count] : counts.items()) {
        const auto known = sums->find(name);
        if (known != sums->end() && known->is_number_integer() && count.is_number_integer())
            *known = known->get<std::int64_t>() + count.get<std::int64_t>();
        else
            (*sums)[name] = std::move(count);
    }
}

/// What the completion's handler says to its outputs; null where there is none.
nlohmann::json route(pqxx::work& work, const ClaimedJob& job, const Queue::Completion& completion) {
    if (completion.handler.empty()) return nullptr;
    const auto call = fmt::format("SELECT {}($1::bigint, $2::uuid, $3::jsonb)",
                                  quoted_procedure(work, completion.handler));
    const auto counts_of = [&](const std::string& run_id, const nlohmann::json& output) {
        return json_of(
            Arguments().add(job.job_id).add(run_or_null(run_id)).add(output).run1(work, call)[0]);
    };
    nlohmann::json counts;
    for (const auto& [run_id, output] : completion.before)
        add_counts(&counts, counts_of(run_id, output));
    add_counts(&counts, counts_of(completion.run_id, completion.output));
    return counts;
}

/// Several answers of one handler by one call. The counts go to `completed`.
void route_at_once(pqxx::work& work, std::span<const Queue::Ended> ended,
                   std::vector<Queue::Completed>& completed) {
    std::vector<std::int64_t> ids;
    std::vector<std::string> runs;
    std::vector<std::string> outputs;
    for (const auto& [job, completion] : ended) {
        ids.push_back(job->job_id);
        runs.push_back(completion->run_id);
        outputs.push_back(json_text(completion->output));
    }
    const auto handler = quoted_procedure(work, ended.front().completion->handler + "s");
    const auto rows = Arguments().add_array(ids).add_array(runs).add_array(outputs).run(
        work, fmt::format("SELECT c FROM unnest({}($1::bigint[], array_replace($2::text[], '', "
                          "NULL)::uuid[], $3::jsonb[])) WITH ORDINALITY u(c, place) ORDER BY place",
                          handler));
    if (static_cast<std::size_t>(rows.size()) != completed.size())
        throw PermanentError(
            fmt::format("{} told of {} of {} answers", handler, rows.size(), completed.size()));
    for (std::size_t at = 0; at < completed.size(); ++at)
        completed[at].counts = json_of(rows[static_cast<pqxx::result::size_type>(at)][0]);
}

void end_run(pqxx::work& work, const std::string& run_id, const nlohmann::json& outcome) {
    if (!run_id.empty()) {
        (void)Arguments().add(run_id).add(outcome).run(
            work, "SELECT llm.usp_finish_run($1::uuid, $2::jsonb)");
    }
}

}  // namespace

Queue::Enqueued Queue::enqueue(const NewJob& job) {
    Arguments arguments;
    arguments.add(job.tenant_id)
        .add(job.job_type)
        .add(job.contract_version)
        .add(job.source_page_id)
        .add(job.chunk_id)
        .add(job.payload)
        .add(job.dedupe_key)
        .add(job.priority)
        .add(job.correlation_id);
    Enqueued enqueued;
    connection_->transaction([&](pqxx::work& work) {
        const auto row =
            arguments.run1_prepared(work,
                                    "SELECT job_id, is_new FROM llm.usp_enqueue_job($1::int, "
                                    "$2::text, $3::text, $4::bigint, "
                                    "$5::bigint, $6::jsonb, $7::text, $8::int, $9::uuid)");
        enqueued = {row[0].as<std::int64_t>(), row[1].as<bool>()};
    });
    return enqueued;
}

std::size_t Queue::enqueue_many(const NewJobs& jobs) {
    Arguments arguments;
    arguments.add(jobs.tenant_id)
        .add(jobs.job_type)
        .add_array(jobs.payloads)
        .add_or_null(jobs.dedupe_keys)
        .add(jobs.priority);
    std::size_t fresh = 0;
    connection_->one_statement([&](pqxx::transaction_base& work) {
        fresh = arguments
                    .run1_prepared(
                        work,
                        "SELECT count(*) FILTER (WHERE is_new) FROM llm.usp_enqueue_many($1::int, "
                        "$2::text, NULL, $3::jsonb[], NULL, NULL, $4::text[], $5::int, NULL)")[0]
                    .as<std::size_t>();
    });
    return fresh;
}

void Queue::hint() {
    // A hint need not survive a crash, so nobody waits for the disk.
    connection_->one_statement([&](pqxx::transaction_base& work) {
        (void)Arguments()
            .add(std::string(jobs_channel))
            .run_prepared(
                work, "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, '')");
    });
}

void Queue::set_limits(std::uint64_t maximum_payload_bytes) {
    const auto arguments = Arguments().add(static_cast<std::int64_t>(maximum_payload_bytes));
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run(work, "SELECT llm.usp_set_queue_limits($1::int)");
    });
}

void Queue::set_spending_limits(std::uint64_t tokens_per_day, double cost_per_day) {
    Arguments arguments;
    if (tokens_per_day > 0)
        arguments.add(static_cast<std::int64_t>(tokens_per_day));
    else
        arguments.add_null();
    if (cost_per_day > 0)
        arguments.add(cost_per_day);
    else
        arguments.add_null();
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run(work, "SELECT llm.usp_set_spending_limits($1::bigint, $2::numeric)");
    });
}

std::string Queue::reserve_spending(const ClaimedJob& job, std::uint64_t tokens, double cost) {
    const auto arguments = Arguments()
                               .add(job.job_id)
                               .add(job.lease_token)
                               .add(static_cast<std::int64_t>(tokens))
                               .add(cost);
    std::string said;
    connection_->transaction([&](pqxx::work& work) {
        said = arguments
                   .run1(work,
                         "SELECT llm.usp_reserve_spending($1::bigint, $2::uuid, $3::bigint, "
                         "$4::numeric)")[0]
                   .as<std::string>();
    });
    return said;
}

void Queue::settle_spending(const ClaimedJob& job, std::uint64_t tokens, double cost) {
    const auto arguments = Arguments()
                               .add(job.job_id)
                               .add(job.lease_token)
                               .add(static_cast<std::int64_t>(tokens))
                               .add(cost);
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run(
            work, "SELECT llm.usp_settle_spending($1::bigint, $2::uuid, $3::bigint, $4::numeric)");
    });
}

std::vector<ClaimedJob> Queue::claim(const std::string& worker_id, const ClaimFilter& filter,
                                     int limit) {
    Arguments arguments;
    arguments.add(worker_id)
        .add_or_null(filter.job_types)
        .add(limit)
        .add_or_null(filter.source_page_ids)
        .add(filter.tenant_id)
        .add(filter.min_priority);
    std::vector<ClaimedJob> jobs;
    connection_->one_statement([&](pqxx::transaction_base& work) {
        const auto rows = arguments.run_prepared(
            work,
            "SELECT job_id, lease_token, job_type, contract_version, tenant_id, source_page_id, "
            "chunk_id, "
            "payload, correlation_id, attempts, max_attempts, lease_seconds "
            "FROM llm.usp_claim_jobs($1::text, $2::text[], $3::int, $4::bigint[], $5::int, "
            "$6::int)");
        jobs.reserve(rows.size());
        for (const auto& row : rows) {
            jobs.push_back(claimed_job(row));
            jobs.back().worker_id = worker_id;
        }
    });
    return jobs;
}

std::vector<std::int64_t> Queue::extend(std::span<const ClaimedJob> jobs) {
    std::vector<std::int64_t> ids;
    std::vector<std::string> tokens;
    for (const auto& job : jobs) {
        ids.push_back(job.job_id);
        tokens.push_back(job.lease_token);
    }
    const auto arguments = Arguments().add_array(ids).add_array(tokens);
    std::vector<std::int64_t> held;
    connection_->transaction([&](pqxx::work& work) {
        for (const auto& row : arguments.run_prepared(
                 work, "SELECT * FROM llm.usp_extend_leases($1::bigint[], $2::uuid[])")) {
            held.push_back(row[0].as<std::int64_t>());
        }
    });
    return held;
}

bool Queue::takes_several(const std::string& handler) {
    if (handler.empty()) return false;
    if (const auto known = takes_several_.find(handler); known != takes_several_.end())
        return known->second;
    bool takes = false;
    connection_->transaction([&](pqxx::work& work) {
        takes = Arguments()
                    .add(quoted_procedure(work, handler + "s") + "(bigint[],uuid[],jsonb[])")
                    .run1(work, "SELECT to_regprocedure($1::text) IS NOT NULL")[0]
                    .as<bool>();
    });
    return takes_several_[handler] = takes;
}

/// One statement, so one round trip: the handler first, then in the order of the columns.
Queue::Completed Queue::complete(const ClaimedJob& job, const Completion& completion) {
    if (!completion.before.empty()) {
        const Ended ended[] = {{&job, &completion}};
        return complete_all(ended).front();
    }
    const bool has_run = !completion.run_id.empty();
    auto arguments = identity_of(job);
    arguments.add(run_or_null(completion.run_id)).add(completion.output);
    if (has_run) arguments.add(completion.run_outcome);
    Completed completed;
    connection_->one_statement([&](pqxx::transaction_base& work) {
        const auto handler =
            completion.handler.empty()
                ? std::string("CASE WHEN $4::jsonb IS NOT NULL THEN NULL::jsonb END")
                : quoted_procedure(work, completion.handler) + "($1::bigint, $3::uuid, $4::jsonb)";
        const auto row = arguments.run1_prepared(
            work, fmt::format("SELECT o.counts, {} llm.usp_complete_jobs(ARRAY[$1::bigint], "
                              "ARRAY[$2::uuid], ARRAY[$3::uuid], ARRAY[o.counts]) AS followers "
                              "FROM (SELECT {} AS counts OFFSET 0) o",
                              has_run ? "llm.usp_finish_run($3::uuid, $5::jsonb)," : "", handler));
        completed.counts = json_of(row[0]);
        completed.followers = row["followers"].as<int>();
    });
    return completed;
}

std::vector<Queue::Completed> Queue::complete_all(std::span<const Ended> ended) {
    std::vector<Completed> completed(ended.size());
    const bool at_once =
        ended.size() > 1 &&
        std::ranges::all_of(ended,
                            [&](const Ended& one) {
                                return one.completion->before.empty() &&
                                       one.completion->handler == ended.front().completion->handler;
                            }) &&
        takes_several(ended.front().completion->handler);
    connection_->transaction([&](pqxx::work& work) {
        if (at_once) route_at_once(work, ended, completed);
        std::vector<std::int64_t> ids;
        std::vector<std::string> tokens;
        std::vector<std::string> runs;
        std::vector<std::string> results;
        bool plain = true;  // no runs, no results: nothing to send but ids and tokens
        for (std::size_t at = 0; at < ended.size(); ++at) {
            const auto& [job, completion] = ended[at];
            if (!at_once) completed[at].counts = route(work, *job, *completion);
            end_run(work, completion->run_id, completion->run_outcome);
            ids.push_back(job->job_id);
            tokens.push_back(job->lease_token);
            plain = plain && completion->run_id.empty() && completed[at].counts.is_null();
        }
        for (std::size_t at = 0; !plain && at < ended.size(); ++at) {
            runs.push_back(ended[at].completion->run_id);
            results.push_back(completed[at].counts.dump());
        }
        Arguments arguments;
        arguments.add_array(ids).add_array(tokens);
        if (plain) {
            arguments.add_null().add_null();
        } else {
            arguments.add_array(runs).add_array(results);
        }
        const auto followers =
            arguments
                .run1_prepared(work,
                               "SELECT llm.usp_complete_jobs($1::bigint[], $2::uuid[], "
                               "array_replace($3::text[], '', NULL)::uuid[], $4::jsonb[])")[0]
                .as<int>();
        if (!completed.empty()) completed.front().followers = followers;
    });
    return completed;
}

bool Queue::was_completed(const ClaimedJob& job) {
    bool completed = false;
    connection_->transaction([&](pqxx::work& work) {
        completed = Arguments()
                        .add(job.job_id)
                        .add(job.worker_id)
                        .run1(work, "SELECT llm.fn_was_completed($1::bigint, $2::text)")[0]
                        .as<bool>();
    });
    return completed;
}

std::string Queue::fail(const ClaimedJob& job, const std::string& run_id,
                        const nlohmann::json& run_outcome, const nlohmann::json& error,
                        bool permanent, std::optional<std::chrono::milliseconds> retry_after) {
    auto arguments = identity_of(job);
    arguments.add(error).add(permanent);
    if (retry_after) {
        arguments.add(static_cast<std::int64_t>(retry_after->count()));
    } else {
        arguments.add_null();
    }
    std::string status;
    connection_->transaction([&](pqxx::work& work) {
        end_run(work, run_id, run_outcome);
        status = arguments
                     .run1(work,
                           "SELECT llm.usp_fail_job($1::bigint, $2::uuid, $3::jsonb, $4::boolean, "
                           "$5::bigint)")[0]
                     .as<std::string>();
    });
    return status;
}

void Queue::finish_run(const std::string& run_id, const nlohmann::json& run_outcome) {
    connection_->transaction([&](pqxx::work& work) { end_run(work, run_id, run_outcome); });
}

void Queue::hand_back(const ClaimedJob& job) {
    connection_->transaction([&](pqxx::work& work) {
        (void)identity_of(job).run(work, "SELECT llm.usp_hand_back_job($1::bigint, $2::uuid)");
    });
}

int Queue::release_expired(int limit) {
    int released = 0;
    connection_->one_statement([&](pqxx::transaction_base& work) {
        released = Arguments()
                       .add(limit)
                       .run1_prepared(work, "SELECT llm.usp_release_expired_leases($1::int)")[0]
                       .as<int>();
    });
    return released;
}

int Queue::retry_dead_letters(int tenant_id, const std::vector<std::int64_t>& job_ids,
                              const std::string& job_type) {
    const auto type = job_type.empty() ? std::nullopt : std::optional(job_type);
    const auto arguments = Arguments().add(tenant_id).add_or_null(job_ids).add(type);
    int retried = 0;
    connection_->transaction([&](pqxx::work& work) {
        retried =
            arguments
                .run1(work, "SELECT llm.usp_retry_dead_letters($1::int, $2::bigint[], $3::text)")[0]
                .as<int>();
    });
    return retried;
}

bool Queue::anything_left(const ClaimFilter& filter) {
    const auto arguments = Arguments()
                               .add_or_null(filter.job_types)
                               .add_or_null(filter.source_page_ids)
                               .add(filter.tenant_id)
                               .add(filter.min_priority);
    bool left = false;
    connection_->one_statement([&](pqxx::transaction_base& work) {
        left =
            arguments
                .run1(work,
                      "SELECT llm.fn_anything_left($1::text[], $2::bigint[], $3::int, $4::int)")[0]
                .as<bool>();
    });
    return left;
}

ChunkProgress Queue::chunk_progress(int tenant_id,
                                    const std::vector<std::int64_t>& source_page_ids) {
    const auto arguments = Arguments().add(tenant_or_null(tenant_id)).add_or_null(source_page_ids);
    ChunkProgress progress;
    connection_->transaction([&](pqxx::work& work) {
        const auto row = arguments.run1(
            work, "SELECT chunks, chunks_done FROM llm.fn_chunk_progress($1::int, $2::bigint[])");
        progress = {row[0].as<std::int64_t>(), row[1].as<std::int64_t>()};
    });
    return progress;
}

void Queue::start_run(const std::string& run_id, std::int64_t job_id, const std::string& model,
                      const std::string& worker_id, const std::string& artifact) {
    const auto arguments =
        Arguments().add(run_id).add(job_id).add(model).add(worker_id).add(artifact);
    connection_->one_statement([&](pqxx::transaction_base& work) {
        (void)arguments.run_prepared(
            work, "SELECT llm.usp_start_run($1::uuid, $2::bigint, $3::text, $4::text, $5::text)");
    });
}

void Queue::tell_circuit(const std::string& worker_id, const CircuitStanding& standing) {
    const auto arguments = Arguments()
                               .add(worker_id)
                               .add(standing.model)
                               .add(standing.endpoint)
                               .add(standing.state)
                               .add(std::int64_t{standing.pause_left.count()})
                               .add(standing.reason);
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run(work,
                            "SELECT llm.usp_tell_circuit($1::text, $2::text, $3::text, $4::text, "
                            "$5::bigint, $6::text)");
    });
}

}  // namespace almagest::store
