#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "cli/intake.h"
#include "cli/session.h"
#include "work/reading.h"

namespace almagest::cli {

/// What is read, and how the model is asked about it.
struct RunOptions {
    IntakeArguments intake;
    std::optional<std::string> model;
    std::optional<unsigned> concurrency;
    std::optional<std::uint64_t> most_tokens;
    std::optional<double> most_cost;
};

/// Adds --model, --concurrency, --max-tokens and --max-cost.
void add_model_options(CLI::App& command, const std::shared_ptr<RunOptions>& options);

/// What became of pages: those taken in, and the reading of them.
struct PagesRead {
    work::TakenIn taken;
    work::Reading reading;  ///< as it was made where no page was taken in
};

/// Takes the pages in and works off what they lead to, with a bar. What could not be read goes to
/// standard error. Throws what work::read_on throws.
[[nodiscard]] PagesRead read_pages(Session& session, const RunOptions& options,
                                   const std::stop_token& stop);

}  // namespace almagest::cli
