#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "model/local_server.h"
#include "model/server_files.h"
#include "model/supervisor.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

int status(Session& session) {
    const auto is = model::model_status(session.places());
    json document = {{"running", is.running}, {"in_use", is.in_use}, {"log", is.log.string()}};
    if (is.state)
        document.update({{"phase", model::phase_name(is.state->phase)},
                         {"pid", is.state->pid},
                         {"endpoint", is.state->endpoint},
                         {"model", is.state->model},
                         {"model_sha256", is.state->model_sha256},
                         {"slots", is.state->slots},
                         {"context", is.state->context},
                         {"restarts", is.state->restarts},
                         {"started_at", is.state->started_at},
                         {"error", is.state->error}});
    if (session.json) {
        print_json(document);
        return Exit::done;
    }
    if (!is.running) {
        std::cout << "No model server runs; `almagest run` starts one when it needs it.\n";
        if (is.state && !is.state->error.empty())
            std::cout << "The last one failed: " << printable(is.state->error) << "\n";
    } else if (is.state) {
        std::cout << fmt::format("{} · {} · {} slots, {} tokens of context · {} · {}\n",
                                 printable(is.state->model), model::phase_name(is.state->phase),
                                 is.state->slots, is.state->context,
                                 is.in_use ? "in use" : "not in use", is.state->endpoint);
    }
    return Exit::done;
}

int stop(Session& session) {
    const bool stopped = model::stop_server(session.places());
    if (session.json)
        print_json({{"stopped", stopped}});
    else
        std::cout << (stopped ? "The model server is stopped.\n" : "No model server ran.\n");
    return Exit::done;
}

}  // namespace

void add_model(CLI::App& program, Action& action) {
    auto* command = program.add_subcommand("model", "the local model server: status, stop");
    command->require_subcommand(1);
    command->add_subcommand("status", "does it run, and what")->callback([&action] {
        action = status;
    });
    command->add_subcommand("stop", "stop it, unless a program is using it")->callback([&action] {
        action = stop;
    });
    auto folder = std::make_shared<std::string>();
    auto* supervise =
        command->add_subcommand("supervise")->group("");  // started by the program itself
    supervise->add_option("FOLDER", *folder)->required();
    supervise->callback([&action, folder] {
        action = [folder](Session&) { return model::supervise_server(*folder); };
    });
}

}  // namespace almagest::cli
