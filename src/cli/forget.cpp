#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>

#include "cli/commands.h"
#include "cli/count_of.h"
#include "cli/print.h"
#include "error/error.h"
#include "lake/run_removal.h"
#include "store/forgetting.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

constexpr int pages_a_step = 100;

struct Wish {
    std::string source;
    std::string reason;
    bool dry_run = false;
    bool yes = false;
};

/// What `source` means: as it stands, or, where nothing bears that locator, the file of that name.
std::pair<std::string, json> found(Session& session, store::Forgetting& forgetting,
                                   const std::string& source) {
    auto extent = forgetting.extent(session.tenant_id(), source);
    if (extent["pages"] != 0) return {source, extent};
    const auto file = "file://" + std::filesystem::weakly_canonical(source).string();
    auto of_file = forgetting.extent(session.tenant_id(), file);
    if (of_file["pages"] != 0 || !of_file["forgotten_at"].is_null()) return {file, of_file};
    return {source, extent};
}

std::string amount(const json& counts, const char* key, const char* what) {
    return fmt::format("{:>12}  {}\n", grouped(counts.at(key).get<std::uint64_t>()), what);
}

void print_extent(const json& extent) {
    std::cout << count_of(extent["pages"].get<std::uint64_t>(), "page") << ":\n";
    for (const auto& page : extent["versions"])
        std::cout << printable(fmt::format("  {}  {} (version {})", cell(page["source_page_id"]),
                                           cell(page["locator"]), cell(page["version"])))
                  << "\n";
    if (extent["pages"].get<std::size_t>() > extent["versions"].size()) std::cout << "  …\n";
    std::cout << amount(extent, "entities", "entities that nothing else speaks for")
              << amount(extent, "relations", "relations that nothing else speaks for")
              << amount(extent, "rows", "other rows that nothing else speaks for")
              << amount(extent, "supported_by_others", "rows that stay, as other pages have them")
              << amount(extent, "evidence", "pieces of evidence")
              << amount(extent, "mentions", "mentions") << amount(extent, "chunks", "chunks")
              << amount(extent, "jobs", "jobs that wait, run or are dead")
              << fmt::format("{:>12}  as they came\n",
                             bytes_text(extent["bytes"].get<std::uint64_t>()));
}

/// Whether the person at the terminal says yes.
bool agreed(std::uint64_t pages) {
    std::cerr << fmt::format("Take {} back out, with all that only {}? [y/N] ",
                             count_of(pages, "page"), pages == 1 ? "it says" : "they say")
              << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

void remove_artifacts(Session& session, const json& folders, std::uint64_t& elsewhere) {
    for (const auto& folder : folders)
        if (!lake::remove_run(session.places().lake(), folder.get<std::string>())) ++elsewhere;
}

struct Gone {
    json counts = json::object();
    std::uint64_t pages = 0;
    std::uint64_t elsewhere = 0;  ///< artifacts that lie in other lakes
};

Gone forget_all(Session& session, store::Forgetting& forgetting, const std::string& source,
                const Wish& wish, const std::stop_token& stop) {
    Gone gone;
    auto before = std::numeric_limits<std::int64_t>::max();
    for (;;) {
        const auto ids = forgetting.pages(session.tenant_id(), source, before, pages_a_step);
        if (ids.empty()) return gone;
        for (const auto id : ids) {
            if (stop.stop_requested()) throw Stopped();
            const auto page =
                forgetting.forget_page(session.tenant_id(), id, wish.reason, operator_name());
            if (page.is_null()) continue;  // someone else was quicker
            remove_artifacts(session, page["artifacts"], gone.elsewhere);
            ++gone.pages;
            for (const auto& [key, value] : page.items())
                if (value.is_number() && !key.ends_with("_id") && key != "version")
                    gone.counts[key] =
                        gone.counts.value(key, std::int64_t{0}) + value.get<std::int64_t>();
        }
        before = ids.back();
    }
}

void report(const Session& session, const Gone& gone, const std::string& source) {
    if (session.json) {
        auto document = gone.counts;
        document["source"] = source;
        document["pages"] = gone.pages;
        document["artifacts_elsewhere"] = gone.elsewhere;
        print_json(document);
        return;
    }
    const auto count = [&](const char* key, const char* one, const char* many) {
        return count_of(static_cast<std::uint64_t>(gone.counts.value(key, std::int64_t{0})), one,
                        many);
    };
    std::cout << fmt::format(
        "{} forgotten: {}, {} and {} went with {}, {}, {}\n", count_of(gone.pages, "page"),
        count("entities", "entity", "entities"), count("relations", "relation", "relations"),
        count("rows", "other row", "other rows"), gone.pages == 1 ? "it" : "them",
        count("evidence", "piece of evidence", "pieces of evidence"), count("jobs", "job", "jobs"));
    if (gone.counts.value("retired", 0) > 0)
        std::cout << fmt::format(
            "Retired, since a person had decided on them or others refer to them: {}\n",
            count("retired", "row", "rows"));
    if (gone.counts.value("asked_anew", 0) > 0)
        std::cout << fmt::format("Asked again of later versions: {}\n",
                                 count("asked_anew", "question", "questions"));
    if (gone.elsewhere > 0)
        std::cout << fmt::format(
            "{} runs kept their artifacts in another lake, where they still lie\n",
            grouped(gone.elsewhere));
}

int forget(Session& session, const Wish& wish) {
    store::Forgetting forgetting(session.connection());
    const auto [source, extent] = found(session, forgetting, wish.source);
    if (extent["pages"] == 0) {
        if (extent["forgotten_at"].is_null())
            throw UsageError(fmt::format(
                "nothing was taken in from “{}”: say a locator, a pattern with *, or a page's id; "
                "`almagest sql \"SELECT source_page_id, locator FROM sem.source_page\"` lists them",
                wish.source));
        if (session.json)
            report(session, {}, source);
        else
            std::cout << printable(fmt::format("nothing of {} is left: it was forgotten at {}",
                                               source, cell(extent["forgotten_at"])))
                      << "\n";
        return Exit::done;
    }
    if (wish.dry_run) {
        if (session.json) {
            auto document = extent;
            document["source"] = source;
            document["dry_run"] = true;
            print_json(document);
        } else {
            print_extent(extent);
            std::cout << "Nothing was taken out: this was a dry run.\n";
        }
        return Exit::done;
    }
    if (!wish.yes) {
        if (session.json || isatty(STDIN_FILENO) == 0)
            throw UsageError(fmt::format(
                "this takes {} out for good; say --yes, or --dry-run to see what would go",
                count_of(extent["pages"].get<std::uint64_t>(), "page")));
        print_extent(extent);
        if (!agreed(extent["pages"].get<std::uint64_t>())) {
            std::cout << "Nothing was taken out.\n";
            return Exit::done;
        }
    }
    const auto stop = stop_on_signals();
    report(session, forget_all(session, forgetting, source, wish, stop), source);
    return Exit::done;
}

}  // namespace

void add_forget(CLI::App& program, Action& action) {
    auto wish = std::make_shared<Wish>();
    auto* command = program.add_subcommand("forget", "takes a source's knowledge back out");
    command
        ->add_option("SOURCE", wish->source,
                     "a locator or file (all its versions), a pattern with *, or a page's id (that "
                     "version)")
        ->required();
    command->add_flag("--dry-run", wish->dry_run, "say what would go, take nothing");
    command->add_flag("--yes,-y", wish->yes, "do not ask");
    command->add_option("--reason", wish->reason, "why; kept on record");
    command->footer(
        "What other pages say stays, as they say it; what a person decided on retires. It is on "
        "record in dbo.source_forgetting. Taken in again, a source is read again.\n"
        "Example:\n  almagest forget 'https://example.org/*' --dry-run");
    command->callback(
        [&action, wish] { action = [wish](Session& session) { return forget(session, *wish); }; });
}

}  // namespace almagest::cli
