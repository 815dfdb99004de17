#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "model/chat.h"

namespace almagest::model {

/// The body of POST …/chat/completions.
struct RequestShape {
    std::string model;
    bool stream = false;
    bool llama_cpp = false;  ///< may get llama.cpp's own members
};
/// Throws PermanentError when a message is not UTF-8.
[[nodiscard]] std::string chat_request_body(const ChatRequest& request, const RequestShape& shape);

/// What an answer carries, before the caller adds duration and estimates.
struct ProtocolAnswer {
    std::string content;
    std::string finish_reason;
    std::string model;
    std::optional<Usage> usage;
};

/// Reads a whole answer. `who` names the endpoint in errors. Throws TransientError for half a body,
/// PermanentError for HTML, other text, other JSON, or text that is not UTF-8.
[[nodiscard]] ProtocolAnswer read_answer(const std::string& who, std::string_view content_type,
                                         std::string_view body);

/// Puts a streamed answer together from the data of its events. One thread.
class StreamedAnswer {
  public:
    StreamedAnswer(std::string who, std::string model, std::string api_key,
                   std::size_t maximum_bytes);

    /// Takes one event's data; how many pieces of text it brought (0 or 1; a token each, nearly
    /// always). Throws as read_answer does, PermanentError over the limit, and what
    /// throw_for_status throws for an error in the stream.
    std::size_t add(std::string_view data);
    [[nodiscard]] bool done() const { return done_; }
    /// Throws TransientError when the stream ended before the answer did.
    [[nodiscard]] ProtocolAnswer take();

  private:
    std::string who_;
    std::string model_;
    std::string api_key_;
    std::size_t maximum_bytes_;
    ProtocolAnswer answer_;
    bool done_ = false;
};

}  // namespace almagest::model
