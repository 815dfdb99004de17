#include "model/recorded.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "error/error.h"
#include "model/checksum.h"
#include "model/private_file.h"
#include "system/sha256.h"
#include "text/tokens.h"

namespace almagest::model {
namespace {

using nlohmann::json;

constexpr double characters_per_token = 4.0;
constexpr std::size_t quoted_bytes = 80;

/// Ordered, since the order of the schema's members is a part of the question.
nlohmann::ordered_json request_json(const ChatRequest& request) {
    auto messages = nlohmann::ordered_json::array();
    for (const auto& message : request.messages) {
        messages.push_back({{"role", message.role}, {"content", message.content}});
    }
    return {{"messages", std::move(messages)},
            {"schema", request.schema},
            {"maximum_tokens", request.maximum_tokens},
            {"temperature", request.temperature}};
}

std::filesystem::path file_for(const std::filesystem::path& folder, const ChatRequest& request) {
    return folder / (system::sha256_of(canonical_request(request)) + ".json");
}

/// The start of what is peculiar to a request: its last message.
std::string asked(const ChatRequest& request) {
    if (request.messages.empty()) {
        return "no message";
    }
    auto text = json(request.messages.back().content.substr(0, quoted_bytes))
                    .dump(-1, ' ', false, json::error_handler_t::ignore);
    return request.schema_name + ", " + text + "…";
}

std::size_t estimated_tokens(std::string_view utf8) {
    return text::EstimatedTokens(characters_per_token).count(utf8);
}

void wait_or_stop(std::chrono::milliseconds delay, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, delay, [] { return false; });
}

ChatAnswer answer_from(const json& recorded) {
    const auto& answer = recorded.at("answer");
    const auto& usage = answer.at("usage");
    ChatAnswer result;
    result.content = answer.at("content").get<std::string>();
    result.finish_reason = answer.at("finish_reason").get<std::string>();
    result.model = answer.at("model").get<std::string>();
    result.usage = {usage.at("prompt_tokens").get<std::size_t>(),
                    usage.at("cached_tokens").get<std::size_t>(),
                    usage.at("completion_tokens").get<std::size_t>()};
    result.usage_estimated = answer.at("usage_estimated").get<bool>();
    return result;
}

}  // namespace

std::string canonical_request(const ChatRequest& request) {
    try {
        return request_json(request).dump();
    } catch (const json::type_error&) {
        throw PermanentError("a message for the model is not valid UTF-8; it was not sent");
    }
}

RecordedModel::RecordedModel(std::filesystem::path folder, std::chrono::milliseconds delay)
    : folder_(std::move(folder)), delay_(delay) {
    const auto meta = json::parse(read_if_there(folder_ / "meta.json"), nullptr, false);
    try {
        model_ = meta.at("model").get<std::string>();
        context_window_ = meta.at("context_window").get<std::size_t>();
        concurrency_ = meta.at("concurrency").get<unsigned>();
    } catch (const json::exception&) {
        throw UsageError(
            fmt::format("{} holds no recorded answers (no readable meta.json); record some with "
                        "--model recording:{}",
                        folder_.string(), folder_.string()));
    }
}

ChatAnswer RecordedModel::complete(const ChatRequest& request, std::stop_token stop,
                                   const std::function<void(std::size_t)>& on_token) {
    const auto started = std::chrono::steady_clock::now();
    const auto file = file_for(folder_, request);
    const auto text = read_if_there(file);
    if (delay_.count() > 0) {
        wait_or_stop(delay_, stop);
    }
    if (stop.stop_requested()) {
        throw Stopped();
    }
    if (text.empty()) {
        throw PermanentError(fmt::format(
            "no answer is recorded for this request ({}): {} is missing; record it with "
            "--model recording:{}",
            asked(request), file.string(), folder_.string()));
    }
    ChatAnswer answer;
    try {
        answer = answer_from(json::parse(text));
    } catch (const json::exception&) {
        throw PermanentError(fmt::format(
            "the recorded answer {} is damaged; record it again with --model recording:{}",
            file.string(), folder_.string()));
    }
    if (on_token) {
        on_token(answer.usage.completion_tokens);
    }
    answer.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started);
    return answer;
}

std::size_t RecordedModel::count_tokens(std::string_view utf8) {
    return estimated_tokens(utf8);
}

RecordingModel::RecordingModel(std::unique_ptr<ChatModel> model, std::filesystem::path folder)
    : model_(std::move(model)), folder_(std::move(folder)) {
    std::error_code failure;
    std::filesystem::create_directories(folder_, failure);
    const auto file = folder_ / "meta.json";
    const auto there = json::parse(read_if_there(file), nullptr, false);
    if (there.is_object() && there.value("model", "") != model_->name()) {
        throw UsageError(fmt::format(
            "{} holds answers of the model {}; record those of {} into a folder of their own",
            folder_.string(), there.value("model", ""), model_->name()));
    }
    const json meta = {{"model", model_->name()},
                       {"context_window", model_->context_window()},
                       {"concurrency", model_->concurrency()},
                       {"characters_per_token", characters_per_token}};
    write_atomically(file, meta.dump(2) + "\n");
}

ChatAnswer RecordingModel::complete(const ChatRequest& request, std::stop_token stop,
                                    const std::function<void(std::size_t)>& on_token) {
    const auto file = file_for(folder_, request);
    auto answer = model_->complete(request, std::move(stop), on_token);
    const json recorded = {{"request", request_json(request)},
                           {"answer",
                            {{"content", answer.content},
                             {"finish_reason", answer.finish_reason},
                             {"model", answer.model},
                             {"usage",
                              {{"prompt_tokens", answer.usage.prompt_tokens},
                               {"cached_tokens", answer.usage.cached_tokens},
                               {"completion_tokens", answer.usage.completion_tokens}}},
                             {"usage_estimated", answer.usage_estimated}}}};
    write_atomically(file, recorded.dump(1) + "\n");
    return answer;
}

std::size_t RecordingModel::count_tokens(std::string_view utf8) {
    return estimated_tokens(utf8);
}

}  // namespace almagest::model
