#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "config/settings.h"
#include "model/chat.h"
#include "model/http.h"

namespace almagest::model {

/// Where an OpenAI-compatible API answers.
struct Endpoint {
    std::string title;        ///< in sentences: "the model endpoint https://…"
    std::string base_url;     ///< before /chat/completions, without a slash at the end
    std::string unix_socket;  ///< path; empty: by the URL's host
    std::string api_key;
    std::string model;  ///< as asked for
    unsigned concurrency = 8;
    bool is_llama_cpp = false;  ///< known to be; else found out by asking
};

/// A request to one of the endpoint's URLs, with its key and the timeouts configured.
[[nodiscard]] HttpRequest request_to(const Endpoint& endpoint, const config::LlmSettings& settings,
                                     const std::string& url);
/// The URL before "/v1", where llama.cpp answers what is no part of the API.
[[nodiscard]] std::string root_url_of(const Endpoint& endpoint);

/// A model behind an OpenAI-compatible endpoint. Thread-safe.
class EndpointModel final : public ChatModel {
  public:
    EndpointModel(Endpoint endpoint, const config::LlmSettings& settings);

    [[nodiscard]] ChatAnswer complete(
        const ChatRequest& request, std::stop_token stop,
        const std::function<void(std::size_t)>& on_token = {}) override;
    [[nodiscard]] std::string name() const override { return endpoint_.model; }
    /// The configured one, else llama.cpp's /props (of one slot), else /models, else 8192 with a
    /// warning in the log.
    [[nodiscard]] std::size_t context_window() override;
    /// By llama.cpp's /tokenize, else 4 characters a token, corrected by the usage reported so far.
    [[nodiscard]] std::size_t count_tokens(std::string_view utf8) override;
    [[nodiscard]] std::optional<double> estimated_characters_per_token() override;
    void remember_usage(std::size_t characters, std::size_t tokens) override;
    [[nodiscard]] unsigned concurrency() const override { return endpoint_.concurrency; }

  private:
    [[nodiscard]] bool speaks_llama_cpp();
    [[nodiscard]] std::optional<std::size_t> window_of_props();
    [[nodiscard]] std::optional<std::size_t> window_of_models();
    [[nodiscard]] std::size_t tokenize(std::string_view utf8);
    [[nodiscard]] double ratio() const;
    [[nodiscard]] std::size_t estimate(std::string_view utf8) const;
    void learn_ratio(const ChatRequest& request, const Usage& usage);
    [[nodiscard]] Usage estimated_usage(const ChatRequest& request,
                                        const std::string& content) const;

    Endpoint endpoint_;
    config::LlmSettings settings_;
    HttpClient http_;
    std::mutex mutex_;  // window_, llama_cpp_, counted_
    std::optional<std::size_t> window_;
    std::optional<bool> llama_cpp_;
    std::unordered_map<std::string, std::size_t> counted_;
    std::atomic<std::uint64_t> reported_characters_{0};
    std::atomic<std::uint64_t> reported_tokens_{0};
};

}  // namespace almagest::model
