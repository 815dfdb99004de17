#include "model/server_program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <sstream>

#include "error/error.h"

namespace almagest::model {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& file) {
    std::error_code failure;
    return fs::is_regular_file(file, failure) && ::access(file.c_str(), X_OK) == 0;
}

std::optional<fs::path> on_path(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (!folder.empty() && is_program(fs::path(folder) / name)) {
            return fs::absolute(fs::path(folder) / name);
        }
    }
    return std::nullopt;
}

/// The system's own first: a version manager's stand-in starts slowly.
std::optional<fs::path> python() {
    if (is_program("/usr/bin/python3")) {
        return "/usr/bin/python3";
    }
    return on_path("python3");
}

}  // namespace

std::vector<std::string> find_server_program(const config::LlmSettings& settings,
                                             const config::Places& places) {
    if (!settings.server_program.empty()) {
        const auto& wanted = settings.server_program;
        const auto found = wanted.find('/') == std::string::npos
                               ? on_path(wanted)
                               : std::optional<fs::path>(fs::absolute(wanted));
        if (!found || !is_program(*found)) {
            throw UsageError(
                fmt::format("{} (llm.server.program) is not a program that can be run", wanted));
        }
        return {found->string()};
    }
    if (const auto found = on_path("llama-server")) {
        return {found->string()};
    }
    std::error_code failure;
    const auto packages = fs::canonical(places.cache / "model-server" / "current", failure);
    const auto script = places.share / "scripts" / "model-server" / "serve.py";
    if (!failure && fs::exists(packages / "xllamacpp", failure) && fs::exists(script, failure)) {
        const auto interpreter = python();
        if (!interpreter) {
            throw UsageError("the fetched model server needs python3; install the package python3");
        }
        return {interpreter->string(), "-B", script.string(), "--packages", packages.string()};
    }
    throw UsageError(
        "there is no model server: run make setup or scripts/fetch-model-server.sh, put "
        "llama.cpp's llama-server on "
        "PATH, or set llm.endpoint to a model elsewhere");
}

}  // namespace almagest::model
