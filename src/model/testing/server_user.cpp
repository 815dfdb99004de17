// A program for the tests: runs the supervisor as `almagest model supervise` does, or uses the
// server until its standard input ends.
//   server_user supervise <folder>
//   server_user hold <home> <share> <cache> <model>     prints the server's pid when it is ready

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "error/error.h"
#include "model/open_model.h"
#include "model/supervisor.h"

namespace {

int hold(const std::vector<std::string>& arguments) {
    almagest::config::Settings settings;
    settings.llm.endpoint = "local";
    settings.llm.model = arguments.at(4);
    settings.llm.server_slots = 2;
    settings.llm.server_threads = 1;  // two would wait for one another on a busy machine
    settings.llm.server_context = 2048;
    const almagest::config::Places places{arguments.at(1), arguments.at(2), arguments.at(3)};
    const auto model = almagest::model::open_model(settings, places, std::nullopt,
                                                   {"/proc/self/exe", {"supervise"}});
    std::cout << almagest::model::model_status(places).state->pid << std::endl;
    std::string line;
    std::getline(std::cin, line);
    return 0;
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> arguments(values + 1, values + count);
    try {
        if (arguments.size() == 2 && arguments.front() == "supervise") {
            return almagest::model::supervise_server(arguments.back());
        }
        if (arguments.size() == 5 && arguments.front() == "hold") {
            return hold(arguments);
        }
    } catch (const almagest::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 2;
}
