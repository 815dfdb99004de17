#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "model/chat.h"

namespace almagest::model {

/// The request as recordings know it: messages, schema, maximum_tokens, temperature, as JSON with
/// sorted keys. Throws PermanentError when a message is not UTF-8.
[[nodiscard]] std::string canonical_request(const ChatRequest& request);

/// Replays the answers of a real run, one file a request, named by the SHA-256 of its canonical
/// form. Tokens are estimated at 4 characters, window and concurrency are those recorded in
/// meta.json, so that a replay plans as the recording did. Thread-safe.
class RecordedModel final : public ChatModel {
  public:
    /// `delay` passes before each answer. Throws UsageError when the folder holds no recording.
    explicit RecordedModel(std::filesystem::path folder, std::chrono::milliseconds delay = {});

    /// Throws PermanentError for a request that was not recorded.
    [[nodiscard]] ChatAnswer complete(
        const ChatRequest& request, std::stop_token stop,
        const std::function<void(std::size_t)>& on_token = {}) override;
    [[nodiscard]] std::string name() const override { return "recorded:" + model_; }
    [[nodiscard]] std::size_t context_window() override { return context_window_; }
    [[nodiscard]] std::size_t count_tokens(std::string_view utf8) override;
    [[nodiscard]] unsigned concurrency() const override { return concurrency_; }

  private:
    std::filesystem::path folder_;
    std::chrono::milliseconds delay_;
    std::string model_;
    std::size_t context_window_ = 0;
    unsigned concurrency_ = 1;
};

/// Asks a real model and writes each answer down for RecordedModel. Counts tokens as the replay
/// will. Thread-safe.
class RecordingModel final : public ChatModel {
  public:
    /// Makes the folder and its meta.json. Throws UsageError when it holds another model's answers.
    RecordingModel(std::unique_ptr<ChatModel> model, std::filesystem::path folder);

    [[nodiscard]] ChatAnswer complete(
        const ChatRequest& request, std::stop_token stop,
        const std::function<void(std::size_t)>& on_token = {}) override;
    [[nodiscard]] std::string name() const override { return model_->name(); }
    [[nodiscard]] std::size_t context_window() override { return model_->context_window(); }
    [[nodiscard]] std::size_t count_tokens(std::string_view utf8) override;
    [[nodiscard]] unsigned concurrency() const override { return model_->concurrency(); }

  private:
    std::unique_ptr<ChatModel> model_;
    std::filesystem::path folder_;
};

}  // namespace almagest::model
