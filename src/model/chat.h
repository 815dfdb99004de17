#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "error/error.h"

namespace almagest::model {

struct Message {
    std::string role;
    std::string content;
};

struct ChatRequest {
    std::vector<Message> messages;
    /// JSON Schema of the answer, whose members are asked for in its order; null: free text.
    nlohmann::ordered_json schema;
    std::string schema_name = "answer";
    std::size_t maximum_tokens = 1000;
    double temperature = 0.0;
    bool anew = false;  ///< a kept answer to the same question is not wanted
};

struct Usage {
    std::size_t prompt_tokens = 0;
    std::size_t cached_tokens = 0;  ///< of the prompt tokens, those that a cache held
    std::size_t completion_tokens = 0;
};

struct ChatAnswer {
    std::string content;
    std::string finish_reason;  ///< "stop", "length", …
    std::string model;          ///< as the endpoint names it
    Usage usage;
    bool usage_estimated = false;  ///< the endpoint reported none
    bool from_cache = false;       ///< no endpoint was asked: it costs nothing
    std::string kept_under;        ///< its key in a cache of answers; "" without one
    std::chrono::milliseconds duration{0};
};

/// The endpoint will not serve anyone for now: it cannot be reached at all, refuses the key (401,
/// 403), or does not know the model (404). Every other job would meet the same, so work stops
/// instead of failing job after job. The sentence names the endpoint and what to do.
class EndpointUnusable : public Error {
  public:
    using Error::Error;
};

/// A language model behind one interface. Implementations are thread-safe: calls run at once.
class ChatModel {
  public:
    virtual ~ChatModel() = default;

    /// Asks once; no retries inside. `on_token`, if set, is called from this thread for each piece
    /// of a streamed answer with that piece's tokens, once with all where it is not streamed.
    /// Throws TransientError (timeouts, 408, 429 and 5xx with Retry-After, connection lost, half a
    /// body), EndpointUnusable (401, 403, 404, connection refused), PermanentError (400, an answer
    /// that is not the protocol, an answer over the byte limit), Stopped when `stop` is requested.
    [[nodiscard]] virtual ChatAnswer complete(
        const ChatRequest& request, std::stop_token stop,
        const std::function<void(std::size_t tokens)>& on_token = {}) = 0;

    /// The name that runs are recorded under.
    [[nodiscard]] virtual std::string name() const = 0;
    /// Tokens of prompt and answer together that one call may use.
    [[nodiscard]] virtual std::size_t context_window() = 0;
    /// Exact tokens where the endpoint can tell, else an estimate.
    [[nodiscard]] virtual std::size_t count_tokens(std::string_view utf8) = 0;
    /// Where tokens are estimated: the code points to a token as they are known now. The estimate
    /// follows what the endpoint reports, so who counts many parts of one text holds on to it.
    [[nodiscard]] virtual std::optional<double> estimated_characters_per_token() {
        return std::nullopt;
    }
    /// What the endpoint reported for earlier prompts of this model: code points, and the tokens
    /// that they took. Estimates start from it; who counts exactly needs none.
    virtual void remember_usage(std::size_t /*characters*/, std::size_t /*tokens*/) {}
    /// How many calls at once make sense.
    [[nodiscard]] virtual unsigned concurrency() const = 0;
};

}  // namespace almagest::model
