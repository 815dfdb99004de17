#include "model/open_model.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "error/error.h"
#include "model/endpoint_model.h"
#include "model/local_model.h"
#include "model/model_file.h"
#include "model/private_file.h"
#include "model/recorded.h"

namespace almagest::model {
namespace {

constexpr std::string_view recorded_prefix = "recorded:";
constexpr std::string_view recording_prefix = "recording:";
constexpr unsigned remote_calls_at_once = 8;

std::string api_key_from(const config::LlmSettings& settings) {
    if (!settings.api_key_env.empty()) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment
        const char* value = std::getenv(settings.api_key_env.c_str());
        if (value == nullptr || *value == '\0') {
            throw UsageError(fmt::format(
                "the environment variable {} (llm.api_key_env) holds no key; set it, or set "
                "llm.api_key_env to \"\" for an endpoint without keys",
                settings.api_key_env));
        }
        return checked_secret(value, fmt::format("the environment variable {} (llm.api_key_env)",
                                                 settings.api_key_env));
    }
    return settings.api_key_file.empty() ? std::string{} : read_secret(settings.api_key_file);
}

std::unique_ptr<ChatModel> open_endpoint(const config::LlmSettings& settings) {
    if (!settings.endpoint.starts_with("http://") && !settings.endpoint.starts_with("https://")) {
        throw UsageError(
            fmt::format("llm.endpoint is \"{}\"; it must be \"local\" or a base URL that starts "
                        "with http:// or "
                        "https://",
                        settings.endpoint));
    }
    if (settings.model.empty() || settings.model == "default") {
        throw UsageError(
            fmt::format("llm.model must be the name that {} gives the model", settings.endpoint));
    }
    Endpoint endpoint;
    endpoint.base_url = settings.endpoint;
    while (endpoint.base_url.ends_with('/')) {
        endpoint.base_url.pop_back();
    }
    endpoint.title = "the model endpoint " + endpoint.base_url;
    endpoint.api_key = api_key_from(settings);
    endpoint.model = settings.model;
    endpoint.concurrency = remote_calls_at_once;
    return std::make_unique<EndpointModel>(std::move(endpoint), settings);
}

std::chrono::milliseconds recorded_delay() {
    constexpr auto name = "ALMAGEST_RECORDED_DELAY_MS";
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): likewise
    if (value == nullptr || *value == '\0') {
        return {};
    }
    const std::string_view text(value);
    unsigned delay = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), delay);
    if (failure != std::errc{} || end != text.data() + text.size()) {
        throw UsageError(
            fmt::format("{} is \"{}\"; it must be a number of milliseconds", name, text));
    }
    return std::chrono::milliseconds(delay);
}

std::optional<std::string> recording_folder(const std::optional<std::string>& over) {
    if (!over || !over->starts_with(recording_prefix)) return std::nullopt;
    return over->substr(recording_prefix.size());
}

/// The settings of the real model, as --model changes them.
config::LlmSettings named_by(config::LlmSettings llm, const std::optional<std::string>& over) {
    if (over && !recording_folder(over)) llm.model = *over;
    return llm;
}

ModelOutline outline_of_endpoint(const config::LlmSettings& llm) {
    constexpr std::size_t usual_window = 8192;
    ModelOutline outline{llm.model, usual_window, remote_calls_at_once};
    try {
        outline.context_window =
            llm.context_window ? *llm.context_window : open_endpoint(llm)->context_window();
    } catch (const Error& error) {
        outline.assumption =
            fmt::format("the window has {} tokens, for the endpoint did not tell ({})",
                        usual_window, error.what());
    }
    return outline;
}

}  // namespace

std::unique_ptr<ChatModel> open_model(const config::Settings& settings,
                                      const config::Places& places,
                                      const std::optional<std::string>& over,
                                      const SupervisorCommand& supervisor) {
    if (over && over->starts_with(recorded_prefix)) {
        return std::make_unique<RecordedModel>(over->substr(recorded_prefix.size()),
                                               recorded_delay());
    }
    const auto recording = recording_folder(over);
    const auto llm = named_by(settings.llm, over);
    auto model =
        llm.endpoint == "local"
            ? std::unique_ptr<ChatModel>(std::make_unique<LocalModel>(llm, places, supervisor))
            : open_endpoint(llm);
    if (recording) {
        return std::make_unique<RecordingModel>(std::move(model), *recording);
    }
    return model;
}

std::string model_name(const config::Settings& settings, const config::Places& places,
                       const std::optional<std::string>& over) {
    if (over && over->starts_with(recorded_prefix)) {
        try {
            return RecordedModel(over->substr(recorded_prefix.size())).name();
        } catch (const UsageError&) {
            return settings.llm.model;  // where nothing is left to ask, none is needed
        }
    }
    const auto llm = named_by(settings.llm, over);
    return llm.endpoint == "local" ? name_of_model(llm, places) : llm.model;
}

ModelOutline outline_of_model(const config::Settings& settings, const config::Places& places,
                              const std::optional<std::string>& over) {
    if (over && over->starts_with(recorded_prefix)) {
        RecordedModel model(over->substr(recorded_prefix.size()));
        return {model.name(), model.context_window(), model.concurrency(), false, true, {}};
    }
    const auto llm = named_by(settings.llm, over);
    auto outline =
        llm.endpoint == "local"
            ? ModelOutline{name_of_model(llm, places),
                           llm.context_window.value_or(llm.server_context / llm.server_slots),
                           llm.server_slots, true}
            : outline_of_endpoint(llm);
    outline.counts_as_recorded = recording_folder(over).has_value();
    return outline;
}

}  // namespace almagest::model
