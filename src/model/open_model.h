#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "config/settings.h"
#include "model/chat.h"
#include "model/local_server.h"

namespace almagest::model {

/// Opens the model that the settings name. `over` is the command line's `--model`:
/// "recorded:<folder>" replays recorded answers, "recording:<folder>" asks the real one and
/// records, anything else replaces llm.model. For endpoint "local" this starts the supervised
/// server where none runs, and keeps it in use until the returned object is destroyed; `supervisor`
/// is how this program runs supervise_server(). A replay waits $ALMAGEST_RECORDED_DELAY_MS before
/// each answer. Throws UsageError, TransientError (server does not come up, with the end of its
/// log).
[[nodiscard]] std::unique_ptr<ChatModel> open_model(const config::Settings& settings,
                                                    const config::Places& places,
                                                    const std::optional<std::string>& over,
                                                    const SupervisorCommand& supervisor = {});

/// The name that open_model's model would have; llm.model for a folder without a recording.
[[nodiscard]] std::string model_name(const config::Settings& settings, const config::Places& places,
                                     const std::optional<std::string>& over);

/// A model as far as planning needs it.
struct ModelOutline {
    std::string name;  ///< that runs are recorded under
    std::size_t context_window = 0;
    unsigned concurrency = 1;
    bool is_local = false;
    bool counts_as_recorded = false;  ///< tokens are 4 characters, as in every recording
    std::string assumption{};         ///< one sentence where the window is a guess, else ""
};

/// What open_model would open. Starts no server and asks no model; an endpoint whose window is not
/// configured is asked for that alone, and one that does not answer is given the usual one.
[[nodiscard]] ModelOutline outline_of_model(const config::Settings& settings,
                                            const config::Places& places,
                                            const std::optional<std::string>& over);

}  // namespace almagest::model
