#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/count_of.h"
#include "cli/intake.h"
#include "cli/print.h"
#include "store/queue.h"
#include "work/reading.h"

namespace almagest::cli {
namespace {

int ingest(Session& session, const IntakeArguments& arguments) {
    (void)work::sync_contracts(session.connection(), session.settings(), session.registry());
    const auto taken = take_in_pages(session, arguments);
    if (taken.source_page_ids.empty()) return nothing_read(session, taken);
    if (taken.jobs > 0) store::Queue(session.connection()).hint();
    if (session.json) {
        print_json({{"pages", taken.source_page_ids.size()},
                    {"new_pages", taken.new_pages},
                    {"source_page_ids", taken.source_page_ids},
                    {"jobs_enqueued", taken.jobs},
                    {"redirects", taken.redirects},
                    {"left_out", taken.left_out},
                    {"skips", taken.skips},
                    {"skipped", skipped_list(taken)},
                    {"refusals", taken.refusals},
                    {"refused", refused_list(taken)}});
    } else {
        const auto pages = taken.source_page_ids.size();
        const auto novelty = pages == 1
                                 ? std::string(taken.new_pages == 1 ? "new" : "known already")
                                 : fmt::format("{} of them new", grouped(taken.new_pages));
        std::cout << fmt::format(
            "{}, {}; {} for `almagest work`\n", count_of(pages, "page"), novelty,
            count_of(static_cast<std::uint64_t>(taken.jobs), "job waits", "jobs wait"));
        if (taken.redirects > 0)
            std::cout << count_of(taken.redirects,
                                  "page that leads to another was kept as its name",
                                  "pages that lead to others were kept as their names")
                      << "\n";
        if (taken.left_out > 0)
            std::cout << count_of(taken.left_out, "page of another namespace was left out",
                                  "pages of other namespaces were left out")
                      << "\n";
    }
    return taken.refusals == 0 ? Exit::done : Exit::partly;
}

}  // namespace

void add_ingest(CLI::App& program, Action& action) {
    auto arguments = std::make_shared<IntakeArguments>();
    auto* command = program.add_subcommand("ingest", "only take pages in; `work` reads them later");
    add_intake_options(*command, *arguments);
    command->footer(
        "Examples:\n  almagest ingest pages/ && almagest work --drain\n  almagest ingest "
        "enwiki-latest-pages-articles.xml.bz2\n  zcat pages.jsonl.gz | almagest ingest -");
    command->callback([&action, arguments] {
        action = [arguments](Session& session) { return ingest(session, *arguments); };
    });
}

}  // namespace almagest::cli
