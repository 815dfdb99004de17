#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/job_card.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/operations.h"
#include "store/queue.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

constexpr int jobs_a_step = 10'000;

struct Listing {
    std::string status;
    std::string type;
    std::string source;
    unsigned limit = 50;
};

int list_jobs(Session& session, const Listing& wanted) {
    auto jobs = session.rows(
        "SELECT j.job_id, j.job_type, j.status, j.priority, j.attempts, j.source_page_id, "
        "p.locator AS source, j.enqueued_at::text AS enqueued_at, j.error, "
        "coalesce(j.error ->> 'reason', j.error ->> 'message', j.error #>> '{}') AS reason "
        "FROM llm.vw_job j LEFT JOIN sem.source_page p USING (source_page_id, tenant_id) "
        "WHERE j.tenant_id = $1 AND ($2 = '' OR j.status = $2) AND ($3 = '' OR j.job_type = $3) "
        "AND ($4 = '' OR p.locator LIKE llm.fn_like_pattern($4)) ORDER BY j.job_id DESC LIMIT $5",
        {std::to_string(session.tenant_id()), wanted.status, wanted.type, wanted.source,
         std::to_string(wanted.limit)});
    if (session.json)
        print_json({{"jobs", jobs}});
    else if (jobs.empty())
        std::cout << "There is no such job.\n";
    else
        std::cout << table_of(
            {"job_id", "job_type", "status", "priority", "attempts", "source", "reason"}, jobs);
    return Exit::done;
}

int show_job(Session& session, std::int64_t id) {
    const auto job = read_job(session, id);
    if (session.json)
        print_json(job);
    else
        std::cout << job_card(job);
    return Exit::done;
}

int retry_dead(Session& session, const std::vector<std::int64_t>& ids, const std::string& type,
               bool all) {
    if (ids.empty() && !all)
        throw UsageError("say which jobs to retry: their ids, or --dead for every dead letter");
    const auto revived =
        store::Queue(session.connection()).retry_dead_letters(session.tenant_id(), ids, type);
    if (revived > 0) store::Queue(session.connection()).hint();
    if (session.json)
        print_json({{"retried", revived}});
    else
        std::cout << fmt::format("{} jobs wait again\n", revived);
    return Exit::done;
}

/// Ids that named no job that it could be done to get a sentence and exit code 3.
int outcome(std::size_t asked, int changed, const char* what) {
    if (asked <= static_cast<std::size_t>(changed)) return Exit::done;
    std::cerr << fmt::format(
        "almagest: {} of the {} jobs named {}; `almagest jobs show ID` tells "
        "what became of one\n",
        asked - static_cast<std::size_t>(changed), asked, what);
    return changed == 0 ? Exit::failed : Exit::partly;
}

int cancel_jobs(Session& session, const store::Operations::Selection& selection) {
    if (selection.job_ids.empty() && selection.job_type.empty())
        throw UsageError("say which jobs to cancel: their ids, or --type T");
    const auto stop = stop_on_signals();
    store::Operations operations(session.connection());
    store::Operations::Cancelled total;
    const auto by = operator_name();
    for (;;) {
        const auto step = operations.cancel(session.tenant_id(), selection, by, jobs_a_step);
        total.waiting += step.waiting;
        total.running += step.running;
        if (step.waiting + step.running == 0) break;
        if (stop.stop_requested()) throw Stopped();
    }
    if (session.json)
        print_json({{"waiting", total.waiting}, {"running", total.running}});
    else
        std::cout << fmt::format(
            "{} waiting and {} running jobs cancelled; they lie among the dead letters, and "
            "`almagest jobs retry` brings them back\n",
            total.waiting, total.running);
    return outcome(selection.job_ids.size(), total.waiting + total.running, "neither wait nor run");
}

int bump_jobs(Session& session, const store::Operations::Selection& selection, int priority) {
    if (selection.job_ids.empty() && selection.job_type.empty() && selection.source_pattern.empty())
        throw UsageError("say which jobs to bump: their ids, --type T, or --source PATTERN");
    const auto stop = stop_on_signals();
    store::Operations operations(session.connection());
    int bumped = 0;
    std::optional<std::int64_t> after;
    do {
        const auto step =
            operations.bump(session.tenant_id(), selection, priority, after, jobs_a_step);
        bumped += step.jobs;
        after = step.last_job_id;
        if (stop.stop_requested()) throw Stopped();
    } while (after);
    if (session.json)
        print_json({{"bumped", bumped}, {"priority", priority}});
    else
        std::cout << fmt::format("{} waiting jobs have priority {} now\n", bumped, priority);
    return outcome(selection.job_ids.size(), bumped, "do not wait, or had that priority");
}

void add_looking(CLI::App& command, Action& action) {
    auto wanted = std::make_shared<Listing>();
    auto* list = command.add_subcommand("list", "the newest jobs");
    list->add_option("--status", wanted->status, "NEW, RUNNING, SUCCEEDED, FAILED or DEADLETTER")
        ->check(CLI::IsMember({"NEW", "RUNNING", "SUCCEEDED", "FAILED", "DEADLETTER"}));
    list->add_option("--type", wanted->type, "job type");
    list->add_option("--source", wanted->source,
                     "the page's place; \"*\" stands for any text: \"*/wiki/*\"");
    list->add_option("--limit", wanted->limit, "how many")
        ->capture_default_str()
        ->check(CLI::Range(1U, 100000U));
    list->callback([&action, wanted] {
        action = [wanted](Session& session) { return list_jobs(session, *wanted); };
    });
    auto id = std::make_shared<std::int64_t>();
    auto* show = command.add_subcommand("show", "one job: state, error, runs, what to do next");
    show->add_option("ID", *id)->required();
    show->callback(
        [&action, id] { action = [id](Session& session) { return show_job(session, *id); }; });
}

void add_retry(CLI::App& command, Action& action) {
    auto ids = std::make_shared<std::vector<std::int64_t>>();
    auto type = std::make_shared<std::string>();
    auto dead = std::make_shared<bool>(false);
    auto* retry = command.add_subcommand("retry", "give dead letters another chance");
    retry->add_option("ID", *ids, "job ids");
    retry->add_flag("--dead", *dead, "every dead letter");
    retry->add_option("--type", *type, "with --dead: only of this job type");
    retry->callback([&action, ids, type, dead] {
        action = [=](Session& session) { return retry_dead(session, *ids, *type, *dead); };
    });
}

void add_changing(CLI::App& command, Action& action) {
    auto selection = std::make_shared<store::Operations::Selection>();
    auto* cancel = command.add_subcommand(
        "cancel", "take jobs out of the queue, to the dead letters; running ones stop");
    cancel->add_option("ID", selection->job_ids, "job ids");
    cancel->add_option("--type", selection->job_type, "every job of this type");
    cancel->callback([&action, selection] {
        action = [selection](Session& session) { return cancel_jobs(session, *selection); };
    });
    auto priority = std::make_shared<int>();
    auto* bump = command.add_subcommand("bump", "give waiting jobs another priority and deadline");
    bump->add_option("ID", selection->job_ids, "job ids");
    bump->add_option("--type", selection->job_type, "of this type");
    bump->add_option("--source", selection->source_pattern,
                     "of pages at such a place; \"*\" stands for any text");
    bump->add_option("--priority", *priority, "0 to 100, greater is sooner")->required();
    bump->callback([&action, selection, priority] {
        action = [=](Session& session) { return bump_jobs(session, *selection, *priority); };
    });
}

}  // namespace

void add_jobs(CLI::App& program, Action& action) {
    auto* command = program.add_subcommand("jobs", "single jobs: list, show, retry, cancel, bump");
    command->require_subcommand(1);
    command->footer(
        "Examples:\n  almagest jobs list --status DEADLETTER --type entity_extraction\n  almagest "
        "jobs list --source \"*/wiki/*\" --limit 10\n  almagest jobs show 42\n  almagest jobs "
        "retry --dead\n  almagest jobs bump --source \"*/urgent/*\" --priority 90\n  almagest jobs "
        "cancel 42 43");
    add_looking(*command, action);
    add_retry(*command, action);
    add_changing(*command, action);
}

}  // namespace almagest::cli
