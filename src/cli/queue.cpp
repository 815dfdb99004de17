#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <thread>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/queue.h"
#include "telemetry/log.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

constexpr auto watch_interval = std::chrono::seconds(2);

json depth(Session& session) {
    return session.rows(
        "SELECT job_type, status, jobs, oldest_age::text AS oldest_age FROM llm.vw_queue_depth "
        "WHERE tenant = $1 ORDER BY job_type, status",
        {session.tenant});
}

int queue(Session& session, bool watch) {
    if (session.json) {
        print_json({{"tenant", session.tenant}, {"queue", depth(session)}});
        return Exit::done;
    }
    const auto stop = watch ? stop_on_signals() : std::stop_token();
    do {
        const auto rows = depth(session);
        if (rows.empty())
            std::cout << "The queue is empty.\n";
        else
            std::cout << table_of({"job_type", "status", "jobs", "oldest_age"}, rows);
        if (!watch) break;
        std::cout << std::endl;
        std::this_thread::sleep_for(watch_interval);
    } while (!stop.stop_requested());
    return Exit::done;
}

int enqueue(Session& session, const std::string& type, std::int64_t page,
            const std::optional<int>& priority) {
    const auto& found = session.registry().find(type);
    store::NewJob job;
    job.tenant_id = session.tenant_id();
    job.job_type = found.job_type;
    job.contract_version = found.version.text();
    job.source_page_id = page;
    job.priority = priority;
    const auto enqueued = store::Queue(session.connection()).enqueue(job);
    if (session.json)
        print_json({{"job_id", enqueued.job_id}, {"is_new", enqueued.is_new}});
    else
        std::cout << fmt::format("job {}{}\n", enqueued.job_id,
                                 enqueued.is_new ? "" : " (it was there already)");
    return Exit::done;
}

json list_of_jobs(Session& session, const std::string& status) {
    return session.rows(
        "SELECT job_id, job_type, status, priority, attempts, source_page_id, enqueued_at::text AS "
        "enqueued_at, error FROM llm.vw_job WHERE tenant_id = $1 AND ($2 = '' OR status = $2) "
        "ORDER BY job_id DESC LIMIT 50",
        {std::to_string(session.tenant_id()), status});
}

int list_jobs(Session& session, const std::string& status) {
    const auto jobs = list_of_jobs(session, status);
    if (session.json)
        print_json({{"jobs", jobs}});
    else
        std::cout << table_of(
            {"job_id", "job_type", "status", "priority", "attempts", "source_page_id", "error"},
            jobs);
    return Exit::done;
}

int show_job(Session& session, std::int64_t id) {
    const auto jobs = session.rows("SELECT to_jsonb(j) AS job FROM llm.vw_job j WHERE job_id = $1",
                                   {std::to_string(id)});
    if (jobs.empty())
        throw UsageError("there is no job " + std::to_string(id) +
                         "; `almagest jobs list` shows them");
    print_json(jobs.front()["job"]);
    return Exit::done;
}

int retry_dead(Session& session, const std::vector<std::int64_t>& ids, const std::string& type,
               bool all) {
    if (ids.empty() && !all)
        throw UsageError("say which jobs to retry: their ids, or --dead for every dead letter");
    const auto revived =
        store::Queue(session.connection()).retry_dead_letters(session.tenant_id(), ids, type);
    if (session.json)
        print_json({{"retried", revived}});
    else
        std::cout << fmt::format("{} jobs wait again\n", revived);
    return Exit::done;
}

}  // namespace

void add_queue(CLI::App& program, Action& action) {
    auto watch = std::make_shared<bool>(false);
    auto* command = program.add_subcommand("queue", "how deep the queue is, by type and state");
    command->add_flag("--watch", *watch, "again every two seconds");
    command->callback([&action, watch] {
        action = [watch](Session& session) { return queue(session, *watch); };
    });
}

void add_enqueue(CLI::App& program, Action& action) {
    auto type = std::make_shared<std::string>();
    auto page = std::make_shared<std::int64_t>();
    auto priority = std::make_shared<std::optional<int>>();
    auto* command = program.add_subcommand("enqueue", "put one job into the queue");
    command->add_option("TYPE", *type, "job type, as `almagest contracts list` names it")
        ->required();
    command->add_option("--page", *page, "source_page_id")->required();
    command->add_option("--priority", *priority, "0 to 100, greater is sooner");
    command->callback([&action, type, page, priority] {
        action = [=](Session& session) { return enqueue(session, *type, *page, *priority); };
    });
}

void add_jobs(CLI::App& program, Action& action) {
    auto* command = program.add_subcommand("jobs", "single jobs: list, show, retry");
    command->require_subcommand(1);
    auto status = std::make_shared<std::string>();
    auto* list = command->add_subcommand("list", "the newest fifty");
    list->add_option("--status", *status, "NEW, RUNNING, SUCCEEDED, FAILED or DEADLETTER");
    list->callback([&action, status] {
        action = [status](Session& session) { return list_jobs(session, *status); };
    });
    auto id = std::make_shared<std::int64_t>();
    auto* show = command->add_subcommand("show", "one job, whole");
    show->add_option("ID", *id)->required();
    show->callback(
        [&action, id] { action = [id](Session& session) { return show_job(session, *id); }; });
    auto ids = std::make_shared<std::vector<std::int64_t>>();
    auto type = std::make_shared<std::string>();
    auto dead = std::make_shared<bool>(false);
    auto* retry = command->add_subcommand("retry", "give dead letters another chance");
    retry->add_option("ID", *ids, "job ids");
    retry->add_flag("--dead", *dead, "every dead letter");
    retry->add_option("--type", *type, "with --dead: only of this job type");
    retry->callback([&action, ids, type, dead] {
        action = [=](Session& session) { return retry_dead(session, *ids, *type, *dead); };
    });
}

}  // namespace almagest::cli
