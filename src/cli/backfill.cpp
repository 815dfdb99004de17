#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/calendar_day.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/backfills.h"
#include "store/operations.h"
#include "telemetry/progress.h"

namespace almagest::cli {

using nlohmann::json;
using store::Backfills;

namespace {

constexpr int jobs_a_step = 10'000;

struct Options {
    std::string type;
    double max_confidence = 0;
    std::string date_range;
    bool dry_run = false;
    int batch = 5'000;
    std::optional<int> priority;
};

json row_of(Session& session, std::int64_t id) {
    return session
        .rows(
            "SELECT backfill_id, what, selection, job_type, priority, state, pages, chunks, "
            "enqueued, waiting, running, dead, cancelled, succeeded FROM llm.vw_backfill WHERE "
            "backfill_id = $1",
            {std::to_string(id)})
        .at(0);
}

/// "2024-01-01..2024-12-31".
json dates_of(const std::string& range) {
    const auto dots = range.find("..");
    const auto from = range.substr(0, dots);
    const auto to = dots == std::string::npos ? "" : range.substr(dots + 2);
    if (!is_calendar_day(from) || !is_calendar_day(to))
        throw UsageError(fmt::format(
            "--date-range {}: write two dates that exist, as 2024-01-01..2024-12-31", range));
    if (from > to)
        throw UsageError(
            fmt::format("--date-range {}: it ends before it begins; swap the dates", range));
    return {{"from", from}, {"to", to}};
}

Backfills::Request request_of(const Options& options, const std::string& what) {
    Backfills::Request request;
    request.what = what;
    if (what == "entities") {
        if (!(options.max_confidence >= 0 && options.max_confidence <= 1))
            throw UsageError(fmt::format("--max-confidence {}: a confidence is from 0 to 1",
                                         options.max_confidence));
        request.selection = {{"entity_type", options.type},
                             {"max_confidence", options.max_confidence}};
    } else {
        request.selection = dates_of(options.date_range);
    }
    request.priority = options.priority;
    request.made_by = operator_name();
    return request;
}

/// Enqueues until all is, or until someone stops it; the state that it ended in.
int enqueue_all(Session& session, std::int64_t id, int batch, const std::stop_token& stop) {
    Backfills backfills(session.connection());
    const auto chunks = row_of(session, id)["chunks"].get<std::uint64_t>();
    Backfills::Step step{0, 0, "running"};
    {
        telemetry::Progress progress(!session.quiet && !session.json, "chunks");
        while (step.state == "running" && !stop.stop_requested()) {
            step = backfills.step(id, batch);
            progress.update(static_cast<std::uint64_t>(step.total), chunks, 0);
        }
    }
    const bool cut_short = step.state == "running";
    if (session.json) {
        print_json(row_of(session, id));
    } else if (step.state == "done") {
        std::cout << fmt::format(
            "backfill {}: {} chunks wait to be asked about again, after live work; `almagest "
            "backfill list` shows how far it is\n",
            id, grouped(static_cast<std::uint64_t>(step.total)));
    } else {
        std::cout << fmt::format(
            "backfill {} is {} after {} of {} chunks; `almagest backfill resume {}` goes on\n", id,
            cut_short ? "interrupted" : step.state, step.total, chunks, id);
    }
    return cut_short ? Exit::interrupted : Exit::done;
}

int begin(Session& session, const Options& options, const std::string& what) {
    auto request = request_of(options, what);
    const auto stop = stop_on_signals();
    store::Operations operations(session.connection());
    request.tenant_id = operations.tenant_id(session.tenant);
    Backfills backfills(session.connection());
    const auto begun = options.dry_run ? Backfills::Begun{{}, backfills.extent(request)}
                                       : backfills.begin(request);
    if (begun.backfill_id) return enqueue_all(session, *begun.backfill_id, options.batch, stop);
    if (session.json)
        print_json({{"backfill_id", nullptr},
                    {"dry_run", options.dry_run},
                    {"pages", begun.extent.pages},
                    {"chunks", begun.extent.chunks}});
    else if (begun.extent.chunks == 0)
        std::cout << "Nothing fits: no chunk would be asked about again.\n";
    else
        std::cout << fmt::format(
            "{} chunks of {} pages would be asked about again; nothing was enqueued\n",
            grouped(static_cast<std::uint64_t>(begun.extent.chunks)),
            grouped(static_cast<std::uint64_t>(begun.extent.pages)));
    return Exit::done;
}

std::string selection_text(const json& selection) {
    if (selection.contains("entity_type"))
        return fmt::format("{} up to {}", cell(selection["entity_type"]),
                           cell(selection["max_confidence"]));
    return cell(selection["from"]) + ".." + cell(selection["to"]);
}

int list(Session& session) {
    auto rows = session.rows(
        "SELECT backfill_id, what, selection, job_type, priority, state, pages, chunks, enqueued, "
        "waiting, running, succeeded, dead, cancelled, made_by, made_at::text AS made_at FROM "
        "llm.vw_backfill WHERE tenant = $1 ORDER BY backfill_id DESC",
        {session.tenant});
    if (session.json) {
        print_json({{"backfills", rows}});
        return Exit::done;
    }
    if (rows.empty()) {
        std::cout << "No backfill yet; `almagest backfill --help` tells how to begin one.\n";
        return Exit::done;
    }
    for (auto& row : rows) {
        row["of"] = selection_text(row["selection"]);
        row["id"] = row["backfill_id"];
    }
    std::cout << table_of({"id", "what", "of", "state", "chunks", "enqueued", "waiting", "running",
                           "succeeded", "dead", "cancelled", "made_by"},
                          rows);
    return Exit::done;
}

/// Walks over a backfill's jobs in steps; how many changed.
template <class Step>
int in_steps(const std::stop_token& stop, const Step& step) {
    int changed = 0;
    std::optional<std::int64_t> after;
    do {
        const auto done = step(after);
        changed += done.jobs;
        after = done.last_job_id;
        if (after && stop.stop_requested()) throw Stopped();
    } while (after);
    return changed;
}

int pause(Session& session, std::int64_t id) {
    const auto stop = stop_on_signals();
    Backfills backfills(session.connection());
    const auto held =
        in_steps(stop, [&](auto after) { return backfills.pause(id, after, jobs_a_step); });
    if (session.json)
        print_json(row_of(session, id));
    else
        std::cout << fmt::format(
            "backfill {} is paused; {} waiting jobs are held back, those that run go on\n", id,
            held);
    return Exit::done;
}

int resume(Session& session, std::int64_t id, int batch) {
    const auto stop = stop_on_signals();
    Backfills backfills(session.connection());
    (void)in_steps(stop, [&](auto after) { return backfills.resume(id, after, jobs_a_step); });
    return enqueue_all(session, id, batch, stop);
}

int cancel(Session& session, std::int64_t id) {
    const auto stop = stop_on_signals();
    Backfills backfills(session.connection());
    int gone = 0;
    while (const int step = backfills.cancel(id, jobs_a_step)) {
        gone += step;
        if (stop.stop_requested()) throw Stopped();
    }
    if (session.json)
        print_json(row_of(session, id));
    else
        std::cout << fmt::format(
            "backfill {} is cancelled; {} waiting jobs are gone, those that run go on\n", id, gone);
    return Exit::done;
}

void add_common(CLI::App& command, const std::shared_ptr<Options>& options) {
    command.add_flag("--dry-run", options->dry_run, "count pages and chunks, write nothing");
    command.add_option("--batch", options->batch, "chunks a transaction")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    command.add_option("--priority", options->priority,
                       "below the job type's own; 10 where nothing is said");
}

void add_beginning(CLI::App& command, Action& action) {
    auto options = std::make_shared<Options>();
    auto* entities = command.add_subcommand(
        "entities", "ask again where entities of a type are known with little confidence");
    entities->add_option("--type", options->type, "entity type")->required();
    entities
        ->add_option("--max-confidence", options->max_confidence,
                     "0 to 1: of entities up to this confidence")
        ->required();
    add_common(*entities, options);
    entities->callback([&action, options] {
        action = [options](Session& session) { return begin(session, *options, "entities"); };
    });
    auto* relationships = command.add_subcommand(
        "relationships", "ask again where relations hold at some time in a range");
    relationships
        ->add_option("--date-range", options->date_range,
                     "first and last day: 2024-01-01..2024-12-31")
        ->required();
    add_common(*relationships, options);
    relationships->callback([&action, options] {
        action = [options](Session& session) { return begin(session, *options, "relationships"); };
    });
}

}  // namespace

void add_backfill(CLI::App& program, Action& action) {
    auto* command = program.add_subcommand(
        "backfill", "ask the model again about chunks that were read, after live work");
    command->require_subcommand(1);
    command->footer(
        "Examples:\n  almagest backfill entities --type person --max-confidence 0.8 --dry-run\n  "
        "almagest backfill relationships --date-range 2024-01-01..2024-12-31\n  almagest backfill "
        "pause 3");
    add_beginning(*command, action);
    command->add_subcommand("list", "backfills and how far they are")->callback([&action] {
        action = list;
    });
    auto id = std::make_shared<std::int64_t>();
    auto batch = std::make_shared<int>(Options().batch);
    const auto add = [&](const char* name, const char* what, Action chosen) {
        auto* change = command->add_subcommand(name, what);
        change->add_option("ID", *id, "as `almagest backfill list` shows it")->required();
        change->callback([&action, chosen = std::move(chosen)] { action = chosen; });
        return change;
    };
    add("pause", "hold its waiting jobs back",
        [id](Session& session) { return pause(session, *id); });
    add("resume", "let a paused or interrupted one go on",
        [id, batch](Session& session) { return resume(session, *id, *batch); })
        ->add_option("--batch", *batch, "chunks a transaction")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    add("cancel", "end it; its waiting jobs go",
        [id](Session& session) { return cancel(session, *id); });
}

}  // namespace almagest::cli
