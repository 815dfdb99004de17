#include "model/chat_protocol.h"

#include <fmt/format.h>

#include <utility>

#include "error/error.h"
#include "model/endpoint_error.h"

namespace almagest::model {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string text_member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::size_t count_member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

const json* object_member(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_object() ? &*found : nullptr;
}

std::optional<Usage> usage_in(const json& answer) {
    const auto* reported = object_member(answer, "usage");
    if (reported == nullptr) {
        return std::nullopt;
    }
    Usage usage;
    usage.prompt_tokens = count_member(*reported, "prompt_tokens");
    usage.completion_tokens = count_member(*reported, "completion_tokens");
    if (const auto* details = object_member(*reported, "prompt_tokens_details")) {
        usage.cached_tokens = count_member(*details, "cached_tokens");
    } else if (const auto* timings = object_member(answer, "timings")) {
        usage.cached_tokens = count_member(*timings, "cache_n");  // older llama.cpp
    }
    if (usage.prompt_tokens == 0 && usage.completion_tokens == 0) {
        return std::nullopt;
    }
    return usage;
}

/// Throws the typed error for text that should have been JSON.
[[noreturn]] void throw_not_json(const std::string& who, std::string_view content_type,
                                 std::string_view body, const json::parse_error& error) {
    if (body.empty()) {
        throw TransientError(fmt::format("{} sent an answer without content", who));
    }
    const bool html = content_type.starts_with("text/html") || body.starts_with('<');
    if (html) {
        throw PermanentError(fmt::format(
            "{} answered HTML instead of JSON; check that llm.endpoint is the API's base URL",
            who));
    }
    if (error.byte > body.size() && body.find_first_of("{[") != std::string_view::npos) {
        throw TransientError(fmt::format("{} sent half an answer of {} bytes", who, body.size()));
    }
    if (std::string_view(error.what()).find("UTF-8") != std::string_view::npos) {
        throw PermanentError(fmt::format("{} sent an answer that is not UTF-8", who));
    }
    throw PermanentError(fmt::format(
        "{} answered something that is not JSON; check that llm.endpoint is the API's base URL",
        who));
}

json parse(const std::string& who, std::string_view content_type, std::string_view body) {
    try {
        return json::parse(body);
    } catch (const json::parse_error& error) {
        throw_not_json(who, content_type, body, error);
    }
}

[[noreturn]] void throw_not_the_protocol(const std::string& who) {
    throw PermanentError(
        fmt::format("{} answered JSON that is no chat completion; check that llm.endpoint is the "
                    "base URL of an "
                    "OpenAI-compatible API",
                    who));
}

/// An error that came with status 200: by its own code, where it has one.
[[noreturn]] void throw_reported(const std::string& who, const std::string& model,
                                 const json& answer, const std::string& api_key) {
    HttpHead head;
    const auto* error = object_member(answer, "error");
    head.status = error != nullptr ? static_cast<long>(count_member(*error, "code")) : 0;
    if (head.status < 400 || head.status > 599) {
        head.status = 500;
    }
    throw_for_status(who, model, head, answer.dump(-1, ' ', false, json::error_handler_t::replace),
                     api_key);
}

}  // namespace

std::string chat_request_body(const ChatRequest& request, const RequestShape& shape) {
    ordered_json messages = ordered_json::array();
    for (const auto& message : request.messages) {
        messages.push_back({{"role", message.role}, {"content", message.content}});
    }
    ordered_json body = {{"model", shape.model},
                         {"messages", std::move(messages)},
                         {"max_tokens", request.maximum_tokens},
                         {"temperature", request.temperature},
                         {"stream", shape.stream}};
    if (shape.stream) {
        body["stream_options"] = {{"include_usage", true}};
    }
    if (!request.schema.is_null()) {
        body["response_format"] = {
            {"type", "json_schema"},
            {"json_schema",
             {{"name", request.schema_name}, {"strict", true}, {"schema", request.schema}}}};
    }
    if (shape.llama_cpp) {
        body["cache_prompt"] = true;
    }
    try {
        return body.dump();
    } catch (const json::type_error&) {
        throw PermanentError("a message for the model is not valid UTF-8; it was not sent");
    }
}

ProtocolAnswer read_answer(const std::string& who, std::string_view content_type,
                           std::string_view body) {
    const auto json_answer = parse(who, content_type, body);
    if (!json_answer.is_object()) {
        throw_not_the_protocol(who);
    }
    if (json_answer.contains("error") && !json_answer.contains("choices")) {
        throw_reported(who, "", json_answer, "");
    }
    const auto choices = json_answer.find("choices");
    if (choices == json_answer.end() || !choices->is_array() || choices->empty() ||
        !choices->front().is_object()) {
        throw_not_the_protocol(who);
    }
    const auto& choice = choices->front();
    const auto* message = object_member(choice, "message");
    if (message == nullptr) {
        throw_not_the_protocol(who);
    }
    return {text_member(*message, "content"), text_member(choice, "finish_reason"),
            text_member(json_answer, "model"), usage_in(json_answer)};
}

StreamedAnswer::StreamedAnswer(std::string who, std::string model, std::string api_key,
                               std::size_t maximum_bytes)
    : who_(std::move(who)),
      model_(std::move(model)),
      api_key_(std::move(api_key)),
      maximum_bytes_(maximum_bytes) {}

std::size_t StreamedAnswer::add(std::string_view data) {
    if (data == "[DONE]") {
        done_ = true;
        return 0;
    }
    const auto event = parse(who_, "", data);
    if (!event.is_object()) {
        throw_not_the_protocol(who_);
    }
    if (event.contains("error")) {
        throw_reported(who_, model_, event, api_key_);
    }
    if (answer_.model.empty()) {
        answer_.model = text_member(event, "model");
    }
    if (auto usage = usage_in(event)) {
        answer_.usage = usage;
    }
    const auto choices = event.find("choices");
    if (choices == event.end() || !choices->is_array() || choices->empty() ||
        !choices->front().is_object()) {
        return 0;
    }
    const auto& choice = choices->front();
    if (auto reason = text_member(choice, "finish_reason"); !reason.empty()) {
        answer_.finish_reason = std::move(reason);
    }
    const auto* delta = object_member(choice, "delta");
    const auto piece = delta != nullptr ? text_member(*delta, "content") : std::string{};
    if (answer_.content.size() + piece.size() > maximum_bytes_) {
        throw PermanentError(fmt::format(
            "{} went on past {} bytes (llm.maximum_answer_bytes); its answer was dropped", who_,
            maximum_bytes_));
    }
    answer_.content += piece;
    return piece.empty() ? 0 : 1;
}

ProtocolAnswer StreamedAnswer::take() {
    if (!done_ && answer_.finish_reason.empty()) {
        throw TransientError(
            fmt::format("{} ended its stream in the middle of an answer, after {} bytes", who_,
                        answer_.content.size()));
    }
    return std::move(answer_);
}

}  // namespace almagest::model
