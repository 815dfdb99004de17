#include "cli/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "cli/count_of.h"
#include "cli/print.h"
#include "store/sources.h"
#include "telemetry/progress.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

json listed(const std::vector<work::Refusal>& refusals) {
    auto list = json::array();
    for (const auto& refusal : refusals)
        list.push_back({{"path", refusal.path}, {"reason", refusal.reason}});
    return list;
}

void tell_of_skipped(const work::TakenIn& taken) {
    constexpr std::size_t most_names = 3;
    if (taken.skips == 0) return;
    std::string names;
    for (std::size_t i = 0; i < std::min(most_names, taken.skipped.size()); ++i)
        names += (names.empty() ? "" : ", ") + printable(taken.skipped[i].path);
    if (taken.skips > most_names)
        names += fmt::format(" and {} more", grouped(taken.skips - most_names));
    std::cerr << fmt::format(
        "almagest: skipped {}: {}\n",
        count_of(taken.skips, "file that is no page", "files that are no pages"), names);
}

}  // namespace

void complain_about(const work::TakenIn& taken) {
    tell_of_skipped(taken);
    for (const auto& refusal : taken.refused)
        std::cerr << "almagest: " << printable(refusal.path) << ": " << printable(refusal.reason)
                  << "\n";
    if (taken.refusals > taken.refused.size())
        std::cerr << fmt::format("almagest: and {} more could not be read\n",
                                 grouped(taken.refusals - taken.refused.size()));
}

void add_intake_options(CLI::App& command, IntakeArguments& arguments) {
    static const std::map<std::string, work::InputType> types = {
        {"html", work::InputType::html},
        {"markdown", work::InputType::markdown},
        {"text", work::InputType::text},
        {"wikitext", work::InputType::wikitext},
        {"pdf", work::InputType::pdf},
        {"jsonl", work::InputType::json_lines},
        {"mediawiki", work::InputType::mediawiki}};
    command
        .add_option("PATH", arguments.paths,
                    "files, folders or http(s) addresses: text, Markdown, HTML, PDF, MediaWiki "
                    "dumps (.xml, .xml.bz2), "
                    "JSON Lines of {id, title, url, content}; - reads standard input")
        ->required();
    command
        .add_option_function<std::string>(
            "--type",
            [&arguments](const std::string& name) { arguments.options.type = types.at(name); },
            "what they are, where name and content do not tell: html, markdown, text, wikitext, "
            "pdf, jsonl or mediawiki")
        ->check(CLI::IsMember(types));
    command
        .add_option_function<std::vector<int>>(
            "--namespaces",
            [&arguments](const std::vector<int>& numbers) {
                arguments.options.namespaces = {numbers.begin(), numbers.end()};
            },
            "of MediaWiki dumps, parted by commas: whose pages are taken in (0: the articles)")
        ->delimiter(',');
}

work::TakenIn take_in_pages(Session& session, const IntakeArguments& arguments) {
    store::Sources sources(session.connection());
    work::StoredPages store(sources);
    const int tenant_id = session.tenant_id();
    const store::Database& database = session.database();
    const work::OpenStore open = [&database]() -> work::StorePages {
        auto connection = std::make_shared<store::Connection>(database.connect("intake"));
        return [connection](int tenant, const std::vector<store::NewPage>& pages) {
            return store::Sources(*connection).take_in(tenant, pages);
        };
    };
    work::TakenIn taken;
    {
        telemetry::Progress progress(!session.quiet && !session.json, "kB");
        taken = work::take_in(
            store, tenant_id, arguments.paths, session.settings().ingest, arguments.options,
            [&](const work::IntakeProgress& at) {
                progress.update(at.bytes_done / 1024, at.bytes / 1024, 0);
            },
            open);
    }
    complain_about(taken);
    return taken;
}

json refused_list(const work::TakenIn& taken) {
    return listed(taken.refused);
}

json skipped_list(const work::TakenIn& taken) {
    return listed(taken.skipped);
}

int nothing_read(Session& session, const work::TakenIn& taken) {
    const bool missing =
        std::all_of(taken.refused.begin(), taken.refused.end(),
                    [](const auto& refusal) { return refusal.reason == "no such file or folder"; });
    const bool only_others = taken.refusals == 0 && taken.redirects + taken.left_out > 0;
    if (session.json)
        print_json({{"error", "no page could be read"},
                    {"refused", refused_list(taken)},
                    {"skipped", skipped_list(taken)},
                    {"redirects", taken.redirects},
                    {"left_out", taken.left_out}});
    if (only_others)
        std::cerr << fmt::format(
            "almagest: there is no page to read there: {} lead elsewhere, {} are of other "
            "namespaces (--namespaces takes them in)\n",
            grouped(taken.redirects), grouped(taken.left_out));
    else if (taken.refusals == 0 && taken.skips > 0)
        std::cerr << "almagest: there is no page to read there; give text, Markdown, HTML, PDF, "
                     "MediaWiki dumps or JSON Lines\n";
    else if (taken.refusals == 0)
        std::cerr << "almagest: there is no file to read there; name files or folders with text, "
                     "Markdown, HTML, PDF, MediaWiki dumps or JSON Lines\n";
    return taken.refusals > 0 && missing ? Exit::usage : Exit::failed;
}

}  // namespace almagest::cli
