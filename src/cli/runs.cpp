#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "lake/lake.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

int list_runs(Session& session, unsigned limit) {
    const auto runs = session.rows(
        "SELECT run_id::text AS run_id, job_id, model, coalesce(outcome, 'running') AS outcome, "
        "prompt_tokens, cached_tokens, "
        "completion_tokens, duration_ms, started_at::text AS started_at FROM llm.run "
        "WHERE tenant_id = $1 ORDER BY started_at DESC LIMIT $2",
        {std::to_string(session.tenant_id()), std::to_string(limit)});
    if (session.json)
        print_json({{"runs", runs}});
    else if (runs.empty())
        std::cout << "No run yet; `almagest run PAGE` makes some.\n";
    else
        std::cout << table_of({"run_id", "job_id", "model", "outcome", "prompt_tokens",
                               "completion_tokens", "duration_ms"},
                              runs);
    return Exit::done;
}

json artifact(const std::filesystem::path& folder, std::string_view name) {
    if (folder.empty() || !std::filesystem::exists(folder / (std::string(name) + ".json")))
        return nullptr;
    return lake::Lake(folder).read(folder, name);
}

int show_run(Session& session, const std::string& id) {
    const auto runs = session.rows(
        "SELECT to_jsonb(r) AS run FROM llm.run r WHERE tenant_id = $1 AND run_id::text LIKE $2 || "
        "'%'",
        {std::to_string(session.tenant_id()), id});
    if (runs.size() != 1)
        throw UsageError(runs.empty()
                             ? "there is no run " + id + "; `almagest runs list` shows them"
                             : "several runs begin with " + id + "; give more of the id");
    auto run = runs.front()["run"];
    const std::filesystem::path folder = cell(run.value("artifact", json()));
    const json document = {{"run", run},
                           {"input", artifact(folder, "input")},
                           {"output", artifact(folder, "output")},
                           {"error", artifact(folder, "error")}};
    if (session.json) {
        print_json(document);
        return Exit::done;
    }
    std::cout << paint("run " + cell(run["run_id"]), Colour::bold)
              << fmt::format(" · {} · {} · {} tokens read, {} written, {} ms\n  {}\n",
                             printable(cell(run["model"])), cell(run["outcome"]),
                             cell(run["prompt_tokens"]), cell(run["completion_tokens"]),
                             cell(run["duration_ms"]), folder.string());
    if (document["input"].is_object())
        for (const auto& message : document["input"].value("messages", json::array()))
            std::cout << "\n"
                      << paint(cell(message["role"]), Colour::bold) << "\n"
                      << cell(message["content"]) << "\n";
    if (document["output"].is_object())
        std::cout << "\n"
                  << paint("answer", Colour::bold) << "\n"
                  << cell(document["output"]["content"]) << "\n";
    if (document["error"].is_object())
        std::cout << "\n"
                  << paint("error", Colour::red) << "\n"
                  << cell(document["error"]["reason"]) << "\n";
    return Exit::done;
}

}  // namespace

void add_runs(CLI::App& program, Action& action) {
    auto* command = program.add_subcommand("runs", "what the model was asked and answered");
    command->require_subcommand(1);
    auto limit = std::make_shared<unsigned>(20);
    auto* list = command->add_subcommand("list", "the newest runs");
    list->add_option("--limit", *limit, "how many")
        ->capture_default_str()
        ->check(CLI::Range(1U, 100000U));
    list->callback([&action, limit] {
        action = [limit](Session& session) { return list_runs(session, *limit); };
    });
    auto id = std::make_shared<std::string>();
    auto* show = command->add_subcommand("show", "one run: prompt, answer, outcome");
    show->add_option("ID", *id, "a run's id, or how it begins")->required();
    show->callback(
        [&action, id] { action = [id](Session& session) { return show_run(session, *id); }; });
}

}  // namespace almagest::cli
