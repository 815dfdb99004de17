#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "telemetry/progress.h"
#include "transfer/export_tables.h"

namespace almagest::cli {
namespace {

struct ExportArguments {
    std::string folder;
    transfer::ExportOptions options;
};

int export_star(Session& session, const ExportArguments& arguments) {
    const auto stop = stop_on_signals();
    auto options = arguments.options;
    options.tenant_id = session.tenant_id();
    options.tenant = session.tenant;
    nlohmann::ordered_json manifest;
    {
        telemetry::Progress progress(!session.quiet && !session.json, "rows");
        manifest =
            transfer::export_tables(session.database(), arguments.folder, options, stop,
                                    [&](std::uint64_t rows) { progress.update(rows, 0, 0); });
    }
    if (session.json) {
        print_json(manifest);
        return Exit::done;
    }
    std::vector<std::vector<std::string>> rows;
    std::uint64_t bytes = 0;
    for (const auto& file : manifest["files"]) {
        const auto size = file["bytes"].get<std::uint64_t>();
        bytes += size;
        rows.push_back({file["name"],
                        grouped(file.value(
                            "rows", file.value("triples", file.value("edges", std::uint64_t{0})))),
                        bytes_text(size)});
    }
    std::cout << table({"file",
                        options.format == transfer::ExportFormat::graphml  ? "edges"
                        : options.format == transfer::ExportFormat::turtle ? "triples"
                                                                           : "rows",
                        "size"},
                       rows)
              << fmt::format(
                     "{} rows in {}; {} of {} with checksums in manifest.json\n",
                     grouped(manifest["rows"].get<std::uint64_t>()), printable(arguments.folder),
                     bytes_text(bytes),
                     rows.size() == 1 ? "one file" : std::to_string(rows.size()) + " files");
    return Exit::done;
}

}  // namespace

void add_export(CLI::App& program, Action& action) {
    static const std::map<std::string, transfer::ExportFormat> formats = {
        {"csv", transfer::ExportFormat::csv},
        {"jsonl", transfer::ExportFormat::json_lines},
        {"graphml", transfer::ExportFormat::graphml},
        {"turtle", transfer::ExportFormat::turtle}};
    auto arguments = std::make_shared<ExportArguments>();
    auto* command = program.add_subcommand("export", "the star schema for other tools");
    command->add_option("DIR", arguments->folder, "a folder that is missing or empty")->required();
    command
        ->add_option_function<std::string>(
            "--format",
            [arguments](const std::string& name) { arguments->options.format = formats.at(name); },
            "csv or jsonl (a file a table), graphml or turtle (one file)")
        ->check(CLI::IsMember(formats))
        ->required();
    command->add_flag("--promoted-only", arguments->options.promoted_only,
                      "only what is promoted or adjudicated, and what that needs");
    command->add_flag("!--no-text", arguments->options.with_text,
                      "without the texts of pages, chunks and quotes");
    command->add_flag("--force", arguments->options.replace, "replace an earlier export there");
    command
        ->add_option("--iri-base", arguments->options.iri_base,
                     "of turtle: what the rows' IRIs begin with")
        ->capture_default_str()
        ->check([](const std::string& base) {
            const bool absolute = base.find(':') != std::string::npos && base.find(':') > 0;
            const bool ends = base.ends_with('/') || base.ends_with('#') || base.ends_with(':');
            return absolute && ends && base.find_first_of(" <>\"{}|\\^`\t\n\r") == std::string::npos
                       ? std::string()
                       : "an IRI base is absolute and ends in /, # or :";
        });
    command->footer(
        "Examples:\n  almagest export --format csv star/\n  almagest export --format turtle "
        "--promoted-only --iri-base https://example.org/kb/ rdf/");
    command->callback([&action, arguments] {
        action = [arguments](Session& session) { return export_star(session, *arguments); };
    });
}

}  // namespace almagest::cli
