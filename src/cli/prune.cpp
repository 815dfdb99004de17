#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "lake/day_folders.h"
#include "store/retention.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

constexpr int rows_a_step = 10'000;
constexpr int most_days = 36'500;

/// Days to keep; 0: for ever.
struct Ages {
    std::optional<int> finished;
    std::optional<int> artifacts;
    std::optional<int> payloads;
};

struct Pruned {
    std::string what;
    int days = 0;
    std::int64_t items = 0;
    std::int64_t bytes = 0;
};

std::string day_before(int days) {
    const auto day = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) -
                     std::chrono::days(days);
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(day)));
}

/// Repeats a bounded step until it finds nothing.
template <class Step>
void until_none(const std::stop_token& stop, const Step& step) {
    while (step() > 0)
        if (stop.stop_requested()) throw Stopped();
}

Pruned finished_jobs(store::Retention& retention, int days, bool dry, const std::stop_token& stop) {
    const auto amount = retention.finished_jobs(days);
    if (!dry) until_none(stop, [&] { return retention.prune_finished_jobs(days, rows_a_step); });
    return {"finished jobs", days, amount.rows, amount.bytes};
}

Pruned artifacts(Session& session, store::Retention& retention, int days, bool dry,
                 const std::stop_token& stop) {
    const auto root = session.places().lake();
    const auto before = day_before(days);
    Pruned pruned{"run artifacts", days, 0, 0};
    const auto folders = lake::days_before(root, before);
    for (const auto& folder : folders) {
        pruned.items += static_cast<std::int64_t>(folder.runs);
        pruned.bytes += static_cast<std::int64_t>(folder.bytes);
    }
    if (dry) return pruned;
    // The database first: cut short, folders that no run names are left, and the next time takes
    // them.
    until_none(stop,
               [&] { return retention.forget_artifacts(root.string(), before, rows_a_step); });
    for (const auto& folder : folders) {
        if (stop.stop_requested()) throw Stopped();
        lake::remove_day(folder);
    }
    return pruned;
}

Pruned payloads(store::Retention& retention, int days, bool dry, const std::stop_token& stop) {
    const auto amount = retention.payloads(days);
    if (!dry) until_none(stop, [&] { return retention.prune_payloads(days, rows_a_step); });
    return {"raw payloads", days, amount.rows, amount.bytes};
}

/// Kept answers that are too old to be used again.
Pruned answers(store::Retention& retention, int days, bool dry, const std::stop_token& stop) {
    const auto amount = retention.answers(days);
    if (!dry) until_none(stop, [&] { return retention.forget_answers(days, rows_a_step); });
    return {"kept answers", days, amount.rows, amount.bytes};
}

void report(const Session& session, const std::vector<Pruned>& all, bool dry, int partitions) {
    if (session.json) {
        auto list = json::array();
        for (const auto& one : all)
            list.push_back({{"what", one.what},
                            {"older_than_days", one.days},
                            {"items", one.items},
                            {"bytes", one.bytes}});
        print_json({{"dry_run", dry}, {"pruned", list}, {"history_partitions", partitions}});
        return;
    }
    for (const auto& one : all)
        std::cout << fmt::format("{} {} older than {} days, about {}{}\n",
                                 grouped(static_cast<std::uint64_t>(one.items)), one.what, one.days,
                                 bytes_text(static_cast<std::uint64_t>(one.bytes)),
                                 dry ? ": would go" : ": gone");
    if (all.empty())
        std::cout << "Everything is kept for ever: give --finished-before, --artifacts-before or "
                     "--payloads-before DAYS, or set `retention` in the configuration.\n";
}

int prune(Session& session, const Ages& asked, bool dry) {
    const auto& policy = session.settings().retention;
    const auto finished_days = asked.finished.value_or(static_cast<int>(policy.finished_jobs_days));
    const auto artifact_days = asked.artifacts.value_or(static_cast<int>(policy.artifacts_days));
    const auto payload_days = asked.payloads.value_or(static_cast<int>(policy.raw_payloads_days));
    const auto stop = stop_on_signals();
    store::Retention retention(session.connection());
    std::vector<Pruned> all;
    if (finished_days > 0) all.push_back(finished_jobs(retention, finished_days, dry, stop));
    if (artifact_days > 0) all.push_back(artifacts(session, retention, artifact_days, dry, stop));
    if (payload_days > 0) all.push_back(payloads(retention, payload_days, dry, stop));
    if (const auto days = session.settings().llm.cache_days; days > 0) {
        auto kept = answers(retention, days, dry, stop);
        if (kept.items > 0) all.push_back(std::move(kept));
    }
    report(session, all, dry, dry ? 0 : retention.ensure_partitions());
    return Exit::done;
}

}  // namespace

void add_prune(CLI::App& db, Action& action) {
    auto asked = std::make_shared<Ages>();
    auto dry = std::make_shared<bool>(false);
    auto* command = db.add_subcommand(
        "prune", "take away what is old, by the configuration's policy (section retention)");
    command->add_flag("--dry-run", *dry, "say what would go, take nothing");
    const auto days = [&](const char* name, std::optional<int>& target, const char* what) {
        command->add_option(name, target, what)->type_name("DAYS")->check(CLI::Range(0, most_days));
    };
    days("--finished-before", asked->finished, "finished jobs older than this; 0: none");
    days("--artifacts-before", asked->artifacts, "the lake's folders of runs older than this");
    days("--payloads-before", asked->payloads, "bytes of pages as they came, older than this");
    command->footer(
        "Of all tenants. Keys, runs, pages and knowledge stay: nothing that was done is done "
        "again.");
    command->callback([&action, asked, dry] {
        action = [=](Session& session) { return prune(session, *asked, *dry); };
    });
}

}  // namespace almagest::cli
