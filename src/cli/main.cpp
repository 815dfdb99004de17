#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/session.h"
#include "error/error.h"
#include "telemetry/log.h"

namespace almagest::cli {
namespace {

int complain(const Session& session, const std::string& sentence, Exit code) {
    telemetry::log(telemetry::Level::error, sentence);
    if (session.json) print_json({{"error", sentence}, {"exit_code", static_cast<int>(code)}});
    std::cerr << "almagest: " << printable(sentence) << "\n";
    return code;
}

int perform(Session& session, const Action& action) {
    try {
        return action(session);
    } catch (const UsageError& error) {
        return complain(session, error.what(), Exit::usage);
    } catch (const Stopped& error) {
        return complain(session, error.what(), Exit::interrupted);
    } catch (const std::exception& error) {
        return complain(session, error.what(), Exit::failed);
    }
}

int main(int argc, char** argv) {
    Session session;
    Action action;
    CLI::App program{"Almagest reads pages and fills a star schema with what they say."};
    program.require_subcommand(1);
    program.set_version_flag("--version", "almagest " ALMAGEST_VERSION);
    program.footer(
        "Start with:\n  almagest run PAGE.html        read a page\n  almagest show NAME            "
        "what is known about someone or something\n  almagest doctor               is all well?\n"
        "Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration, 3 some items "
        "failed "
        "and the rest were done, 130 interrupted.");
    program.fallthrough();  // the options below may stand after the command too
    program.add_option("--database", session.database_url,
                       "a PostgreSQL server (URL) instead of the private cluster");
    program.add_option("--config", session.config_file, "settings over the defaults (YAML)");
    program.add_option("--tenant", session.tenant, "whose knowledge")->capture_default_str();
    program.add_flag("--json", session.json, "one JSON document on standard output");
    program.add_flag("--quiet,-q", session.quiet, "no progress");

    add_run(program, action);
    add_ingest(program, action);
    add_estimate(program, action);
    add_eval(program, action);
    add_work(program, action);
    add_enqueue(program, action);
    add_show(program, action);
    add_serve(program, action);
    add_queue(program, action);
    add_jobs(program, action);
    add_backfill(program, action);
    add_dedupe(program, action);
    add_merge(program, action);
    add_unmerge(program, action);
    add_review(program, action);
    add_forget(program, action);
    add_schema(program, action);
    add_tags(program, action);
    add_terms(program, action);
    add_runs(program, action);
    add_contracts(program, action);
    add_export(program, action);
    add_sql(program, action);
    add_db(program, action);
    add_model(program, action);
    add_doctor(program, action);

    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = program.exit(error);
        return code == 0 ? Exit::done : Exit::usage;
    }
    return perform(session, action);
}

}  // namespace
}  // namespace almagest::cli

int main(int argc, char** argv) {
    return almagest::cli::main(argc, argv);
}
