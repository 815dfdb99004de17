#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/run.h"
#include "error/error.h"
#include "telemetry/progress.h"
#include "work/metrics_server.h"
#include "work/reading.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

json call_figures(const work::Reading& reading) {
    const double seconds = static_cast<double>(reading.took.count()) / 1000.0;
    const auto& model = reading.model;
    const auto tokens = model.prompt_tokens - model.cached_tokens + model.completion_tokens;
    return {{"model_calls", model.calls},
            {"prompt_tokens", model.prompt_tokens},
            {"cached_tokens", model.cached_tokens},
            {"completion_tokens", model.completion_tokens},
            {"cost", reading.cost},
            {"seconds", seconds},
            {"tokens_per_second", seconds > 0 ? static_cast<double>(tokens) / seconds : 0.0}};
}

std::string counted(const json& counts, std::string_view key) {
    return grouped(counts.value(std::string(key), std::uint64_t{0}));
}

std::uint64_t candidates(const json& summary, const char* family) {
    return summary.at(family).value("candidate", std::uint64_t{0});
}

std::uint64_t dead_jobs(const json& summary) {
    return summary.at("jobs").value("dead", std::uint64_t{0});
}

/// What failed for good goes to standard error, each with its reason.
void complain_about_dead(const json& summary) {
    for (const auto& dead : summary.value("dead_letters", json::array()))
        std::cerr << fmt::format("almagest: job {} ({}) failed: {}\n", cell(dead["job_id"]),
                                 printable(cell(dead["job_type"])),
                                 printable(cell(dead["reason"])));
    if (dead_jobs(summary) > 0)
        std::cerr << "almagest: when the cause is mended, `almagest jobs retry --dead` gives them "
                     "another chance\n";
}

void print_states(const json& summary, const std::string& family) {
    const auto states = summary.value(family, json::object());
    std::uint64_t total = 0;
    std::string parts;
    for (const auto& [state, count] : states.items()) {
        if (state == "total" || count == 0) continue;
        total += count.get<std::uint64_t>();
        parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", grouped(count), state);
    }
    std::cout << fmt::format("  {:<14}{}{}\n", family, grouped(total),
                             parts.empty() ? "" : " (" + parts + ")");
}

void print_summary(const json& summary, const work::Reading& reading, const work::TakenIn& taken) {
    const auto figures = call_figures(reading);
    const auto line = [](std::string_view label, const std::string& value) {
        std::cout << fmt::format("  {:<14}{}\n", label, value);
    };
    std::cout << paint("What was learnt", Colour::bold) << "\n";
    line("pages", fmt::format("{} ({} new)", grouped(taken.source_page_ids.size()),
                              grouped(taken.new_pages)));
    line("chunks", counted(summary, "chunks"));
    line("model calls", fmt::format("{} in {}", grouped(reading.model.calls),
                                    clock_time(figures["seconds"].get<double>())));
    line("tokens",
         fmt::format("{} read ({} from the cache), {} written, {:.1f} a second",
                     grouped(reading.model.prompt_tokens), grouped(reading.model.cached_tokens),
                     grouped(reading.model.completion_tokens),
                     figures["tokens_per_second"].get<double>()));
    print_states(summary, "entities");
    print_states(summary, "relations");
    for (const auto* family : {"events", "works"})
        if (summary.at(family).value("total", 0) > 0) print_states(summary, family);
    std::uint64_t to_review = 0;
    for (const auto* family : {"entities", "relations", "events", "works"})
        to_review += candidates(summary, family);
    line("to review", grouped(to_review));
    line("jobs failed", grouped(dead_jobs(summary)));
    const auto refusals = summary.value("refusals", json::array());
    if (!refusals.empty()) {
        std::cout << paint("Refused by the checks", Colour::bold) << "\n";
        for (const auto& refusal : refusals)
            line(grouped(refusal.value("count", std::uint64_t{0})),
                 printable(refusal.value("reason", "")));
    }
}

/// Why something was left undone for the sake of a limit: {"stopped_because", "held_until"}, null
/// where nothing was.
json spending_limit(Session& session, const work::Reading& reading, const json& summary) {
    const auto& jobs = summary.at("jobs");
    if (jobs.value("waiting", 0) + jobs.value("running", 0) == 0) return nullptr;
    if (!reading.stopped_because.empty())
        return {{"stopped_because", reading.stopped_because}, {"held_until", nullptr}};
    const auto held = session.rows(
        "SELECT s.held_reason AS stopped_because, to_char(s.held_until AT TIME ZONE 'UTC', "
        "'YYYY-MM-DD HH24:MI \"UTC\"') AS held_until FROM llm.fn_spending($1::int) s WHERE "
        "s.held_until IS NOT NULL",
        {std::to_string(session.tenant_id())});
    return held.empty() ? json() : held[0];
}

void complain_about_limit(const json& limit, const work::Reading& reading) {
    const auto& model = reading.model;
    std::cerr << fmt::format(
        "almagest: stopped at a spending limit: {}; this run spent {} tokens{}\n",
        cell(limit["stopped_because"]), grouped(model.prompt_tokens + model.completion_tokens),
        reading.cost > 0 ? fmt::format(" and {:.4f}", reading.cost) : "");
    std::cerr << (limit["held_until"].is_null()
                      ? std::string(
                            "almagest: what is left waits; the same command goes on with it\n")
                      : fmt::format("almagest: what is left waits; from {} on, or with higher "
                                    "limits in the configuration, the same command goes on with "
                                    "it\n",
                                    cell(limit["held_until"])));
}

int end_of(const work::Reading& reading, const json& summary, const work::TakenIn& taken,
           const json& limit) {
    if (reading.report.stopped) return Exit::interrupted;
    const auto dead = dead_jobs(summary);
    if (dead > 0 && summary.at("jobs").value("succeeded", std::uint64_t{0}) == 0)
        return Exit::failed;
    return dead > 0 || taken.refusals > 0 || !limit.is_null() ? Exit::partly : Exit::done;
}

/// Works the queue off as far as `reading` says, with the command line's choices and a bar.
work::Reading read_with_progress(Session& session, const RunOptions& options,
                                 work::ReadingOptions reading, const std::stop_token& stop) {
    telemetry::Progress progress(!session.quiet && !session.json, "chunks");
    reading.slots = options.concurrency;
    reading.model = options.model;
    reading.most_tokens = options.most_tokens.value_or(0);
    reading.most_cost = options.most_cost.value_or(0);
    if (progress.is_shown())
        reading.on_progress = [&](const work::ReadingProgress& at) {
            progress.update(at.chunks_done, at.chunks, at.tokens);
        };
    return work::read_on(session.settings(), session.places(), session.database(),
                         session.registry(), reading, stop);
}

/// The command line's limits, else the configuration's.
RunOptions limited(RunOptions options, const config::LimitSettings& limits) {
    if (!options.most_tokens) options.most_tokens = limits.tokens_per_run;
    if (!options.most_cost) options.most_cost = limits.cost_per_run;
    return options;
}

int run(Session& session, const RunOptions& options) {
    const auto stop = stop_on_signals();
    const auto pages = read_pages(session, options, stop);
    const auto& taken = pages.taken;
    const auto& reading = pages.reading;
    const auto& ids = taken.source_page_ids;
    if (ids.empty()) return nothing_read(session, taken);
    store::Knowledge knowledge(session.connection());
    auto summary = knowledge.run_summary(session.tenant_id(), ids);
    const auto limit = spending_limit(session, reading, summary);
    const int code = end_of(reading, summary, taken, limit);
    complain_about_dead(summary);
    if (!limit.is_null()) complain_about_limit(limit, reading);
    if (session.json) {
        summary["this_run"] = call_figures(reading);
        summary["refused"] = refused_list(taken);
        summary["skipped"] = skipped_list(taken);
        summary["new_pages"] = taken.new_pages;
        summary["stopped"] = reading.report.stopped;
        summary["spending_limit"] = limit;
        print_json(summary);
    } else {
        print_summary(summary, reading, taken);
        if (reading.report.stopped)
            std::cerr << "almagest: stopped; the same command goes on where this one left off\n";
    }
    return code;
}

/// Counts what is done, and serves it as long as it exists.
struct ServedMetrics {
    ServedMetrics(Session& session, const work::ListenAddress& address)
        : queue(session.database()), server(address, counts, queue) {
        if (!session.quiet) std::cerr << "almagest: metrics at " << server.url() << std::endl;
    }
    work::WorkMetrics counts;
    work::QueueMetrics queue;
    work::MetricsServer server;
};

/// What a runner takes, and until when.
struct WorkOptions {
    std::vector<std::string> types;
    std::optional<int> min_priority;
    bool drain = false;
    std::optional<std::string> metrics_address;
};

int work_off(Session& session, const RunOptions& options, const WorkOptions& work_options) {
    const auto stop = stop_on_signals();
    std::optional<work::ListenAddress> address;
    if (work_options.metrics_address) address = work::listen_address(*work_options.metrics_address);
    session.read_with(options.model);
    (void)work::sync_contracts(session.connection(), session.settings(), session.registry());
    for (const auto& type : work_options.types) (void)session.registry().find(type);
    work::ReadingOptions reading_options;
    reading_options.job_types = work_options.types;
    reading_options.min_priority = work_options.min_priority;
    reading_options.drain = work_options.drain;
    std::optional<ServedMetrics> metrics;
    if (address) reading_options.metrics = &metrics.emplace(session, *address).counts;
    const auto reading = read_with_progress(session, options, std::move(reading_options), stop);
    const auto& report = reading.report;
    if (session.json)
        print_json({{"succeeded", report.succeeded},
                    {"retried", report.retried},
                    {"dead", report.dead},
                    {"lease_lost", report.lease_lost},
                    {"handed_back", report.handed_back},
                    {"stopped", report.stopped},
                    {"stopped_because", reading.stopped_because},
                    {"this_run", call_figures(reading)}});
    else
        std::cout << fmt::format("{} jobs done, {} to be tried again, {} dead, {} handed back\n",
                                 report.succeeded, report.retried, report.dead, report.handed_back);
    if (!session.json && !reading.stopped_because.empty())
        std::cerr << "almagest: stopped at a spending limit: " << reading.stopped_because << "\n";
    if (work_options.drain && report.stopped) {
        if (!session.json)
            std::cerr << "almagest: stopped; the same command goes on where this one left off\n";
        return Exit::interrupted;
    }
    return report.dead > 0 ? Exit::partly : Exit::done;
}

}  // namespace

void add_model_options(CLI::App& command, const std::shared_ptr<RunOptions>& options) {
    command.add_option(
        "--model", options->model,
        "a model instead of llm.model; recorded:FOLDER replays, recording:FOLDER records");
    command.add_option("--concurrency", options->concurrency, "calls to the model at once")
        ->check(CLI::Range(1U, 1024U));
    command
        .add_option("--max-tokens", options->most_tokens,
                    "stop before the calls take more, prompts and answers together; what is left "
                    "waits")
        ->check(CLI::PositiveNumber);
    command
        .add_option("--max-cost", options->most_cost,
                    "likewise for money, by the prices of the configuration")
        ->check(CLI::PositiveNumber);
}

PagesRead read_pages(Session& session, const RunOptions& given, const std::stop_token& stop) {
    const auto options = limited(given, session.settings().limits);
    session.read_with(options.model);
    (void)work::sync_contracts(session.connection(), session.settings(), session.registry());
    store::Knowledge(session.connection())
        .set_thresholds(session.tenant_id(), session.settings().governance);
    PagesRead read;
    read.taken = take_in_pages(session, options.intake);
    if (read.taken.source_page_ids.empty()) return read;
    work::ReadingOptions reading;
    reading.tenant_id = session.tenant_id();
    reading.source_page_ids = read.taken.source_page_ids;
    read.reading = read_with_progress(session, options, std::move(reading), stop);
    return read;
}

void add_run(CLI::App& program, Action& action) {
    auto options = std::make_shared<RunOptions>();
    auto* command = program.add_subcommand("run", "read pages into the star schema: the main job");
    add_intake_options(*command, options->intake);
    add_model_options(*command, options);
    command->footer(
        "Examples:\n  almagest run history.html notes/\n  almagest run --json page.md > "
        "summary.json\nThe same command again goes on where an interrupted one left "
        "off; on pages that were read already it asks no model.");
    command->callback([&action, options] {
        action = [options](Session& session) { return run(session, *options); };
    });
}

void add_work(CLI::App& program, Action& action) {
    auto options = std::make_shared<RunOptions>();
    auto chosen = std::make_shared<WorkOptions>();
    auto* command = program.add_subcommand("work", "a runner: takes jobs and does them");
    command->add_option("--types", chosen->types, "only these job types, parted by commas")
        ->delimiter(',');
    command
        ->add_option("--min-priority", chosen->min_priority,
                     "only jobs of this priority or a higher one")
        ->check(CLI::Range(0, 100));
    command->add_flag("--drain", chosen->drain, "stop when nothing is left");
    command->add_option("--metrics", chosen->metrics_address,
                        "serve figures for Prometheus at this HOST:PORT, for example "
                        "127.0.0.1:9464; port 0 takes a free one and names it");
    add_model_options(*command, options);
    command->footer("Example:\n  almagest work --types entity_extraction --concurrency 8 --drain");
    command->callback([&action, options, chosen] {
        action = [options, chosen](Session& session) {
            return work_off(session, *options, *chosen);
        };
    });
}

}  // namespace almagest::cli
