#include "model/local_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "error/error.h"

namespace almagest::model {
namespace {

/// A restarted server needs about this long before it answers.
constexpr std::chrono::milliseconds restart_time{3'000};

Endpoint endpoint_of(const LocalServer& server, const ModelFile& file, unsigned slots) {
    Endpoint endpoint;
    endpoint.title =
        fmt::format("the local model server (its log: {})", server.files().log().string());
    endpoint.base_url = "http://localhost/v1";
    endpoint.unix_socket = server.socket().string();
    endpoint.api_key = server.api_key();
    endpoint.model = file.name;
    endpoint.concurrency = slots;
    endpoint.is_llama_cpp = true;
    return endpoint;
}

/// Runs `call`; where the server did not answer, sees to its supervisor before the error goes on.
template <typename Call>
auto reviving(LocalServer& server, const Call& call) {
    try {
        return call();
    } catch (const TransientError& error) {
        server.revive();
        throw TransientError(error.what(),
                             std::max(error.retry_after().value_or(restart_time), restart_time));
    }
}

}  // namespace

LocalModel::LocalModel(const config::LlmSettings& settings, const config::Places& places,
                       SupervisorCommand supervisor)
    : file_(find_model(settings, places)),
      server_(settings, places, file_, std::move(supervisor)),
      endpoint_(endpoint_of(server_, file_, settings.server_slots), settings) {}

ChatAnswer LocalModel::complete(const ChatRequest& request, std::stop_token stop,
                                const std::function<void(std::size_t)>& on_token) {
    return reviving(server_, [&] { return endpoint_.complete(request, stop, on_token); });
}

std::size_t LocalModel::context_window() {
    return reviving(server_, [&] { return endpoint_.context_window(); });
}

std::size_t LocalModel::count_tokens(std::string_view utf8) {
    return reviving(server_, [&] { return endpoint_.count_tokens(utf8); });
}

}  // namespace almagest::model
