#include "cli/job_card.h"

#include <fmt/format.h>

#include "cli/print.h"
#include "error/error.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

std::string seconds_text(const json& seconds) {
    return seconds.is_number() ? duration_text(seconds.get<double>()) : "";
}

/// "in 5 s" or "5 s ago".
std::string from_now(const json& seconds) {
    if (!seconds.is_number()) return "";
    const auto value = seconds.get<double>();
    return value >= 0 ? "in " + duration_text(value) : duration_text(-value) + " ago";
}

std::string line(const std::string& name, const std::string& text) {
    return text.empty() ? "" : fmt::format("  {:<10} {}\n", name, printable(text));
}

std::string reason_of(const json& error) {
    if (!error.is_object()) return cell(error);
    for (const char* key : {"reason", "message"})
        if (error.contains(key)) return cell(error[key]);
    return error.dump();
}

std::string source_of(const json& job) {
    if (job["source_page_id"].is_null()) return "";
    auto text = fmt::format("{} (page {})", cell(job["locator"]), cell(job["source_page_id"]));
    if (!job["chunk_id"].is_null())
        text += fmt::format(", chunk {}, characters {} to {}", cell(job["chunk_id"]),
                            cell(job["char_start"]), cell(job["char_end"]));
    return text;
}

std::string times(const json& job) {
    auto text = line("enqueued", fmt::format("{} ({} ago)", cell(job["enqueued_at"]),
                                             seconds_text(job["age_seconds"])));
    const bool over = !job["finished_at"].is_null();
    const bool late = !over && job["due_seconds"].is_number() && job["due_seconds"] < 0;
    text += line("due", cell(job["due_at"]) + (over ? ""
                                                    : fmt::format(" ({}{})", late ? "late: " : "",
                                                                  from_now(job["due_seconds"]))));
    const auto status = cell(job["status"]);
    if (status == "RUNNING")
        text +=
            line("runs", fmt::format("at {} since {}; its lease ends {}", cell(job["worker_id"]),
                                     cell(job["claimed_at"]), from_now(job["lease_seconds_left"])));
    if (status == "FAILED" && job["available_seconds"].is_number())
        text +=
            line("next try", job["available_seconds"] <= 0 ? "as soon as a runner is free"
                                                           : from_now(job["available_seconds"]));
    return text + line("finished", cell(job["finished_at"]));
}

std::string runs_text(const json& runs) {
    std::string text;
    for (const auto& run : runs) {
        text += line(text.empty() ? "runs" : "",
                     fmt::format("{}  attempt {}, {}, {}, {}{}", cell(run["run_id"]),
                                 cell(run["attempt"]), cell(run["model"]), cell(run["outcome"]),
                                 run["duration_ms"].is_number()
                                     ? duration_text(run["duration_ms"].get<double>() / 1000)
                                     : "not ended",
                                 run["error"].is_null() ? "" : ": " + reason_of(run["error"])));
        text += line("", run["artifact"].is_null() ? "its artifacts were pruned"
                                                   : "artifacts in " + cell(run["artifact"]));
    }
    return text;
}

std::string advice(const json& job) {
    const auto id = cell(job["job_id"]);
    const auto status = cell(job["status"]);
    if (status == "SUCCEEDED")
        return job["run_id"].is_null() ? "" : "almagest runs show " + cell(job["run_id"]);
    if (status == "DEADLETTER")
        return fmt::format("see to the reason, then: almagest jobs retry {}", id);
    if (status == "RUNNING") return fmt::format("to stop it: almagest jobs cancel {}", id);
    if (!job["paused_at"].is_null())
        return fmt::format(
            "it is paused{}; almagest queue resume {}",
            job["paused_reason"].is_null() ? "" : " (" + cell(job["paused_reason"]) + ")",
            job["tenant_is_paused"] == true ? "--all" : cell(job["job_type"]));
    if (job["is_held"] == true)
        return "its backfill is paused; almagest backfill list, then almagest backfill resume ID";
    return fmt::format(
        "a runner takes it (almagest work); sooner: almagest jobs bump {} --priority "
        "N; not at all: almagest jobs cancel {}",
        id, id);
}

}  // namespace

json read_job(Session& session, std::int64_t id) {
    const auto rows = session.rows(
        "SELECT to_jsonb(j) || jsonb_build_object('tenant', t.name, 'locator', p.locator, "
        "'char_start', c.char_start, 'char_end', c.char_end, 'paused_at', q.paused_at, "
        "'paused_reason', q.paused_reason, 'tenant_is_paused', q.tenant_is_paused, "
        "'is_held', coalesce(j.available_at = 'infinity', false), "
        "'age_seconds', extract(epoch FROM now() - j.enqueued_at), "
        "'due_seconds', extract(epoch FROM j.due_at - now()), "
        "'lease_seconds_left', extract(epoch FROM j.lease_until - now()), "
        "'available_seconds', extract(epoch FROM nullif(j.available_at, 'infinity') - now())) AS "
        "job FROM llm.vw_job j JOIN llm.tenant t USING (tenant_id) "
        "LEFT JOIN sem.source_page p USING (source_page_id, tenant_id) "
        "LEFT JOIN vector.chunk c ON c.chunk_id = j.chunk_id AND c.tenant_id = j.tenant_id "
        "LEFT JOIN llm.vw_queue_by_type q ON q.tenant_id = j.tenant_id AND q.job_type = j.job_type "
        "WHERE j.job_id = $1",
        {std::to_string(id)});
    if (rows.empty())
        throw UsageError("there is no job " + std::to_string(id) +
                         "; `almagest jobs list` shows them");
    auto job = rows.front()["job"];
    job["runs"] = session.rows(
        "SELECT run_id::text AS run_id, attempt, model, coalesce(outcome, 'running') AS outcome, "
        "duration_ms, started_at::text AS started_at, artifact, error FROM llm.run WHERE job_id = "
        "$1 ORDER BY started_at",
        {std::to_string(id)});
    return job;
}

std::string job_card(const json& job) {
    const auto status = cell(job["status"]);
    const auto colour = status == "DEADLETTER"  ? Colour::red
                        : status == "SUCCEEDED" ? Colour::green
                                                : Colour::yellow;
    auto text = paint("job " + cell(job["job_id"]), Colour::bold) +
                fmt::format(" · {} {} · {}\n", printable(cell(job["job_type"])),
                            cell(job["contract_version"]), paint(status, colour));
    text += line("tenant", cell(job["tenant"]));
    text += line("source", source_of(job));
    text += line("priority", cell(job["priority"]));
    text +=
        line("attempts", fmt::format("{} of {}", cell(job["attempts"]), cell(job["max_attempts"])));
    text += times(job);
    if (!job["error"].is_null()) text += line("error", reason_of(job["error"]));
    text += runs_text(job["runs"]);
    text += line("trace", cell(job["correlation_id"]));
    return text + line("next", advice(job));
}

}  // namespace almagest::cli
