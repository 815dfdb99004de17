#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/count_of.h"
#include "cli/intake.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/kept_answers.h"
#include "store/operations.h"
#include "store/private_cluster.h"
#include "telemetry/progress.h"
#include "work/estimate.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

struct Options {
    IntakeArguments intake;
    std::optional<std::string> model;
    std::optional<unsigned> concurrency;
};

std::uint64_t whole(double number) {
    return static_cast<std::uint64_t>(std::llround(number));
}

/// What is known already, where there is a database that can be asked without making one.
struct History {
    std::optional<store::Connection> connection;
    std::optional<store::Calls> calls;
    std::optional<store::KeptAnswers> kept_answers;
    int tenant_id = 0;
    std::string why_not;
};

void look_into_database(Session& session, History& history) {
    if (!session.database_url &&
        !store::PrivateCluster(session.settings().cluster, session.places()).status().exists)
        return;
    try {
        history.connection =
            store::Database::open(session.settings(), session.places(), session.database_url, false)
                .connect("estimate");
        store::Calls calls(*history.connection);
        (void)calls.known_work(0, json::array());
        history.calls = calls;
        history.kept_answers.emplace(*history.connection);
    } catch (const Error& error) {
        history.why_not = error.what();
        return;
    }
    try {
        history.tenant_id = store::Operations(*history.connection).tenant_id(session.tenant);
    } catch (const UsageError&) {
        history.tenant_id = 0;  // not there yet: nothing of it is known
    }
}

json figures(const work::EstimatedCalls& calls) {
    return {{"jobs", calls.jobs},
            {"calls", whole(calls.calls)},
            {"kept_answers", calls.kept_answers},
            {"prompt_tokens", whole(calls.prompt_tokens)},
            {"cached_tokens", whole(calls.cached_tokens)},
            {"completion_tokens", whole(calls.completion_tokens)},
            {"learned_from_calls", calls.learned_from}};
}

json document_of(const work::Estimate& estimate, const std::string& model) {
    auto document = figures(estimate.all);
    document["model"] = model;
    document["pages"] = estimate.pages;
    document["pages_done"] = estimate.pages_done;
    document["chunks"] = estimate.chunks;
    document["characters"] = estimate.characters;
    document["content_tokens"] = estimate.content_tokens;
    document["seconds"] = estimate.seconds ? json(*estimate.seconds) : json();
    document["cost"] = estimate.cost;
    document["assumptions"] = estimate.assumptions;
    document["refused"] = refused_list(estimate.read);
    document["skipped"] = skipped_list(estimate.read);
    document["by_type"] = json::array();
    for (const auto& calls : estimate.by_type) {
        auto row = figures(calls);
        row["job_type"] = calls.job_type;
        document["by_type"].push_back(std::move(row));
    }
    return document;
}

std::vector<std::string> row_of(const std::string& name, const work::EstimatedCalls& calls) {
    return {name,
            grouped(whole(calls.calls)),
            grouped(whole(calls.prompt_tokens)),
            grouped(whole(calls.cached_tokens)),
            grouped(whole(calls.completion_tokens)),
            grouped(calls.learned_from)};
}

void print_estimate(const work::Estimate& estimate, const std::string& model) {
    std::cout << fmt::format("{}, {} done already; {}, {}; model {}\n",
                             count_of(estimate.pages, "page"), grouped(estimate.pages_done),
                             count_of(estimate.chunks, "chunk"),
                             count_of(estimate.content_tokens, "token"), printable(model));
    std::vector<std::vector<std::string>> rows;
    for (const auto& calls : estimate.by_type) rows.push_back(row_of(calls.job_type, calls));
    rows.push_back(row_of("all", estimate.all));
    std::cout << table(
        {"", "calls", "tokens in", "of them repeated", "tokens out", "calls learned from"}, rows);
    if (estimate.all.kept_answers > 0)
        std::cout << fmt::format("{} answers come from the answer cache\n",
                                 grouped(estimate.all.kept_answers));
    std::cout << fmt::format(
        "time   {}\nmoney  {:.4f}\n",
        estimate.seconds ? "about " + duration_text(*estimate.seconds) : std::string("not known"),
        estimate.cost);
    std::cout << paint("Assumed", Colour::bold) << "\n";
    for (const auto& sentence : estimate.assumptions)
        std::cout << "  " << printable(sentence) << "\n";
}

int estimate(Session& session, const Options& options) {
    session.read_with(options.model);
    const auto outline =
        model::outline_of_model(session.settings(), session.places(), options.model);
    History history;
    look_into_database(session, history);
    work::EstimateOptions how{options.concurrency, history.tenant_id,
                              history.calls ? &*history.calls : nullptr,
                              history.kept_answers ? &*history.kept_answers : nullptr};
    if (!how.slots && session.settings().work.concurrency > 0)
        how.slots = session.settings().work.concurrency;
    telemetry::Progress progress(!session.quiet && !session.json, "kB");
    auto estimate =
        work::estimate_run(session.settings(), session.registry(), outline, options.intake.paths,
                           options.intake.options, how, [&](const work::IntakeProgress& at) {
                               progress.update(at.bytes_done / 1024, at.bytes / 1024, 0);
                           });
    if (!history.why_not.empty())
        estimate.assumptions.push_back("the database could not be asked: " + history.why_not);
    complain_about(estimate.read);
    if (estimate.pages == 0) return nothing_read(session, estimate.read);
    if (session.json)
        print_json(document_of(estimate, outline.name));
    else
        print_estimate(estimate, outline.name);
    return estimate.read.refusals > 0 ? Exit::partly : Exit::done;
}

}  // namespace

void add_estimate(CLI::App& program, Action& action) {
    auto options = std::make_shared<Options>();
    auto* command = program.add_subcommand(
        "estimate", "what a run would cost in calls, tokens, time and money; asks no model");
    add_intake_options(*command, options->intake);
    command->add_option("--model", options->model,
                        "a model instead of llm.model, as `almagest run` takes it");
    command->add_option("--concurrency", options->concurrency, "calls to the model at once")
        ->check(CLI::Range(1U, 1024U));
    command->footer(
        "Examples:\n  almagest estimate history.html notes/\n  almagest estimate --json dump.xml"
        "\nNothing is stored. What was read before costs nothing; what is not known is assumed, "
        "and said.");
    command->callback([&action, options] {
        action = [options](Session& session) { return estimate(session, *options); };
    });
}

}  // namespace almagest::cli
