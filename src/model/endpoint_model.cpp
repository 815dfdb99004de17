#include "model/endpoint_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "error/error.h"
#include "model/chat_protocol.h"
#include "model/endpoint_error.h"
#include "model/sse.h"
#include "telemetry/log.h"

namespace almagest::model {
namespace {

using nlohmann::json;

constexpr std::size_t fallback_window = 8192;
constexpr double usual_characters_per_token = 4.0;
constexpr std::uint64_t tokens_before_ratio_counts = 500;
constexpr std::size_t counted_texts = 512;
constexpr std::size_t longest_counted_text = 16UL * 1024;

std::size_t code_points(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::size_t code_points(const ChatRequest& request) {
    std::size_t sum = 0;
    for (const auto& message : request.messages) {
        sum += code_points(message.content);
    }
    return sum;
}

/// Tokens that the chat template adds around a message, for estimates.
constexpr std::size_t tokens_around_a_message = 4;

std::optional<std::size_t> positive(const json& holder, const char* name) {
    const auto found = holder.is_object() ? holder.find(name) : holder.end();
    if (!holder.is_object() || found == holder.end() || !found->is_number_unsigned() ||
        found->get<std::size_t>() == 0) {
        return std::nullopt;
    }
    return found->get<std::size_t>();
}

}  // namespace

HttpRequest request_to(const Endpoint& endpoint, const config::LlmSettings& settings,
                       const std::string& url) {
    HttpRequest request;
    request.endpoint = endpoint.title;
    request.url = url;
    request.unix_socket = endpoint.unix_socket;
    request.api_key = endpoint.api_key;
    request.timeouts = {settings.connect_timeout, settings.first_byte_timeout,
                        settings.idle_timeout, settings.total_timeout};
    request.maximum_bytes = settings.maximum_answer_bytes;
    return request;
}

std::string root_url_of(const Endpoint& endpoint) {
    std::string_view url = endpoint.base_url;
    if (url.ends_with("/v1")) {
        url.remove_suffix(3);
    }
    return std::string(url);
}

EndpointModel::EndpointModel(Endpoint endpoint, const config::LlmSettings& settings)
    : endpoint_(std::move(endpoint)), settings_(settings), window_(settings.context_window) {
    if (endpoint_.is_llama_cpp) {
        llama_cpp_ = true;
    }
}

ChatAnswer EndpointModel::complete(const ChatRequest& request, std::stop_token stop,
                                   const std::function<void(std::size_t)>& on_token) {
    const auto started = std::chrono::steady_clock::now();
    bool llama_cpp = false;
    {
        const std::lock_guard lock(mutex_);
        llama_cpp = llama_cpp_.value_or(false);
    }
    auto http = request_to(endpoint_, settings_, endpoint_.base_url + "/chat/completions");
    http.body = chat_request_body(request, {endpoint_.model, settings_.stream, llama_cpp});

    StreamedAnswer streamed(endpoint_.title, endpoint_.model, endpoint_.api_key,
                            settings_.maximum_answer_bytes);
    SseParser events(settings_.maximum_answer_bytes, [&](std::string_view data) {
        const auto pieces = streamed.add(data);
        if (pieces > 0 && on_token) {
            on_token(pieces);
        }
    });
    std::string whole;
    http.on_data = [&](const HttpHead& head, std::string_view bytes) {
        if (head.status == 200 && head.content_type.starts_with("text/event-stream")) {
            events.feed(bytes);
            return !streamed.done();
        }
        if (whole.size() + bytes.size() > settings_.maximum_answer_bytes) {
            throw PermanentError(fmt::format(
                "{} sent more than {} bytes (llm.maximum_answer_bytes); its answer was dropped",
                endpoint_.title, settings_.maximum_answer_bytes));
        }
        whole.append(bytes);
        return true;
    };
    const auto response = http_.perform(http, std::move(stop));
    if (response.head.status != 200) {
        throw_for_status(endpoint_.title, endpoint_.model, response.head, whole, endpoint_.api_key);
    }

    ProtocolAnswer read;
    if (response.head.content_type.starts_with("text/event-stream")) {
        events.finish();
        read = streamed.take();
    } else {
        read = read_answer(endpoint_.title, response.head.content_type, whole);
        if (on_token && read.usage) {
            on_token(read.usage->completion_tokens);
        }
    }

    ChatAnswer answer;
    answer.usage_estimated = !read.usage;
    answer.usage = read.usage ? *read.usage : estimated_usage(request, read.content);
    if (read.usage) {
        learn_ratio(request, *read.usage);
    }
    answer.content = std::move(read.content);
    answer.finish_reason = std::move(read.finish_reason);
    answer.model = read.model.empty() ? endpoint_.model : std::move(read.model);
    answer.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started);
    return answer;
}

std::size_t EndpointModel::context_window() {
    {
        const std::lock_guard lock(mutex_);
        if (window_) {
            return *window_;
        }
    }
    auto window = window_of_props();
    if (!window) {
        window = window_of_models();
    }
    if (!window) {
        telemetry::log(
            telemetry::Level::warning,
            fmt::format("{} does not tell its context window; {} tokens are assumed, set "
                        "llm.context_window to the model's own",
                        endpoint_.title, fallback_window));
        window = fallback_window;
    }
    const std::lock_guard lock(mutex_);
    window_ = window;
    return *window_;
}

bool EndpointModel::speaks_llama_cpp() {
    {
        const std::lock_guard lock(mutex_);
        if (llama_cpp_) {
            return *llama_cpp_;
        }
    }
    static_cast<void>(window_of_props());
    const std::lock_guard lock(mutex_);
    return llama_cpp_.value_or(false);
}

std::optional<std::size_t> EndpointModel::window_of_props() {
    const auto response =
        http_.perform(request_to(endpoint_, settings_, root_url_of(endpoint_) + "/props"));
    const auto props = json::parse(response.body, nullptr, false);
    const bool llama_cpp = response.head.status == 200 && props.is_object() &&
                           props.contains("default_generation_settings");
    const std::lock_guard lock(mutex_);
    if (!endpoint_.is_llama_cpp) {
        llama_cpp_ = llama_cpp;
    }
    return llama_cpp ? positive(props["default_generation_settings"], "n_ctx") : std::nullopt;
}

std::optional<std::size_t> EndpointModel::window_of_models() {
    const auto response =
        http_.perform(request_to(endpoint_, settings_, endpoint_.base_url + "/models"));
    const auto listed = json::parse(response.body, nullptr, false);
    const auto data = listed.is_object() ? listed.find("data") : listed.end();
    if (response.head.status != 200 || !listed.is_object() || data == listed.end() ||
        !data->is_array()) {
        return std::nullopt;
    }
    for (const auto& model : *data) {
        if (!model.is_object() ||
            (model.value("id", json()) != endpoint_.model && data->size() > 1)) {
            continue;
        }
        for (const auto* name :
             {"max_model_len", "context_length", "context_window", "max_context_length"}) {
            if (auto window = positive(model, name)) {
                return window;
            }
        }
    }
    return std::nullopt;
}

std::size_t EndpointModel::count_tokens(std::string_view utf8) {
    if (utf8.empty()) {
        return 0;
    }
    return speaks_llama_cpp() ? tokenize(utf8) : estimate(utf8);
}

std::size_t EndpointModel::tokenize(std::string_view utf8) {
    const std::string text(utf8);
    const bool is_kept = text.size() <= longest_counted_text;
    if (is_kept) {
        const std::lock_guard lock(mutex_);
        if (const auto found = counted_.find(text); found != counted_.end()) {
            return found->second;
        }
    }
    auto request = request_to(endpoint_, settings_, root_url_of(endpoint_) + "/tokenize");
    request.maximum_bytes = std::max<std::size_t>(request.maximum_bytes, text.size() * 16 + 1024);
    try {
        request.body = json{{"content", text}, {"add_special", false}}.dump();
    } catch (const json::type_error&) {
        throw PermanentError("a text whose tokens are to be counted is not valid UTF-8");
    }
    const auto response = http_.perform(request);
    if (response.head.status != 200) {
        throw_for_status(endpoint_.title, endpoint_.model, response.head, response.body,
                         endpoint_.api_key);
    }
    const auto answer = json::parse(response.body, nullptr, false);
    const auto tokens = answer.is_object() ? answer.find("tokens") : answer.end();
    if (!answer.is_object() || tokens == answer.end() || !tokens->is_array()) {
        throw PermanentError(
            fmt::format("{} answered /tokenize with something else than tokens", endpoint_.title));
    }
    const auto count = tokens->size();
    if (is_kept) {
        const std::lock_guard lock(mutex_);
        if (counted_.size() >= counted_texts) {
            counted_.clear();
        }
        counted_.emplace(text, count);
    }
    return count;
}

std::optional<double> EndpointModel::estimated_characters_per_token() {
    return speaks_llama_cpp() ? std::nullopt : std::optional(ratio());
}

double EndpointModel::ratio() const {
    constexpr double lowest = 0.5;
    constexpr double highest = 8.0;
    const auto tokens = reported_tokens_.load();
    if (tokens < tokens_before_ratio_counts) return usual_characters_per_token;
    const auto characters = static_cast<double>(reported_characters_.load());
    return std::clamp(characters / static_cast<double>(tokens), lowest, highest);
}

std::size_t EndpointModel::estimate(std::string_view utf8) const {
    return static_cast<std::size_t>(std::ceil(static_cast<double>(code_points(utf8)) / ratio()));
}

void EndpointModel::remember_usage(std::size_t characters, std::size_t tokens) {
    reported_characters_ += characters;
    reported_tokens_ += tokens;
}

void EndpointModel::learn_ratio(const ChatRequest& request, const Usage& usage) {
    const auto around = tokens_around_a_message * request.messages.size();
    if (usage.prompt_tokens > around) {
        reported_characters_ += code_points(request);
        reported_tokens_ += usage.prompt_tokens - around;
    }
}

Usage EndpointModel::estimated_usage(const ChatRequest& request, const std::string& content) const {
    Usage usage;
    for (const auto& message : request.messages) {
        usage.prompt_tokens += estimate(message.content) + tokens_around_a_message;
    }
    usage.completion_tokens = estimate(content);
    return usage;
}

}  // namespace almagest::model
