#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/session.h"

namespace almagest::cli {

/// What the chosen command does; returns the exit code.
using Action = std::function<int(Session&)>;

// Each adds its command to the program and, when it is chosen, sets `action`.
void add_run(CLI::App& program, Action& action);
void add_ingest(CLI::App& program, Action& action);
void add_estimate(CLI::App& program, Action& action);
void add_eval(CLI::App& program, Action& action);
void add_work(CLI::App& program, Action& action);
void add_enqueue(CLI::App& program, Action& action);
void add_show(CLI::App& program, Action& action);
void add_serve(CLI::App& program, Action& action);
void add_queue(CLI::App& program, Action& action);
void add_jobs(CLI::App& program, Action& action);
void add_backfill(CLI::App& program, Action& action);
void add_dedupe(CLI::App& program, Action& action);
void add_merge(CLI::App& program, Action& action);
void add_unmerge(CLI::App& program, Action& action);
void add_review(CLI::App& program, Action& action);
void add_thresholds(CLI::App& review, Action& action);  // under `review`
void add_forget(CLI::App& program, Action& action);
void add_schema(CLI::App& program, Action& action);
void add_tags(CLI::App& program, Action& action);
void add_terms(CLI::App& program, Action& action);
void add_runs(CLI::App& program, Action& action);
void add_contracts(CLI::App& program, Action& action);
void add_export(CLI::App& program, Action& action);
void add_sql(CLI::App& program, Action& action);
void add_db(CLI::App& program, Action& action);
void add_backup(CLI::App& db, Action& action);  // backup and restore, under `db`
void add_prune(CLI::App& db, Action& action);   // under `db`
void add_model(CLI::App& program, Action& action);
void add_doctor(CLI::App& program, Action& action);

}  // namespace almagest::cli
