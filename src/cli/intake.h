#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/session.h"
#include "work/intake.h"

namespace almagest::cli {

/// What `run` and `ingest` take in.
struct IntakeArguments {
    std::vector<std::string> paths;
    work::IntakeOptions options;
};

/// Adds the paths and the options that say how to read them.
void add_intake_options(CLI::App& command, IntakeArguments& arguments);

/// Takes the pages in, with a bar; what could not be read goes to standard error.
[[nodiscard]] work::TakenIn take_in_pages(Session& session, const IntakeArguments& arguments);

/// What could not be read goes to standard error, each with its reason, and what was skipped.
void complain_about(const work::TakenIn& taken);

/// What could not be read, each {"path", "reason"}.
[[nodiscard]] nlohmann::json refused_list(const work::TakenIn& taken);

/// What folders hold besides pages, likewise.
[[nodiscard]] nlohmann::json skipped_list(const work::TakenIn& taken);

/// Nothing at all could be read: tells why; the exit code.
[[nodiscard]] int nothing_read(Session& session, const work::TakenIn& taken);

}  // namespace almagest::cli
