#include "model/local_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "error/error.h"
#include "model/gguf.h"

namespace almagest::model {
namespace {

constexpr std::chrono::milliseconds restart_time{3'000};  ///< about what a restart takes
constexpr std::chrono::milliseconds between_tries{100};

void wait_or_stop(std::chrono::milliseconds duration, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, duration, [] { return false; });
}

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

/// Where a window slides, or states recur, a slot that took over another's gives answers of less
/// worth (Gemma 3: pairs of one page 1.00 → .56); these attend to all that they hold.
bool can_share_slots(const ModelFile& file) {
    const auto attention = gguf_attention(file.path);
    return !attention.has_sliding_window &&
           (attention.architecture == "llama" || attention.architecture == "qwen2");
}

}  // namespace

LocalModel::LocalModel(const config::LlmSettings& settings, const config::Places& places,
                       SupervisorCommand supervisor)
    : file_(find_model(settings, places)),
      server_(settings, places, file_, std::move(supervisor)),
      endpoint_(endpoint_of(server_, file_, settings.server_slots), settings),
      prefix_(can_share_slots(file_) ? std::make_unique<SharedPrefix>(
                                           endpoint_of(server_, file_, settings.server_slots),
                                           settings, server_.files().slots())
                                     : nullptr),
      patience_(settings.server_start_timeout) {}

template <typename Call>
auto LocalModel::while_it_restarts(const std::stop_token& stop, const Call& call) {
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    for (;;) {
        try {
            return call();
        } catch (const CannotConnect& error) {
            if (prefix_) prefix_->forget();
            if (const auto failure = server_.revive()) {
                throw EndpointUnusable(*failure);
            }
            if (std::chrono::steady_clock::now() > deadline) {
                throw;
            }
        } catch (const TransientError& error) {
            if (prefix_) prefix_->forget();
            static_cast<void>(server_.revive());
            throw TransientError(
                error.what(), std::max(error.retry_after().value_or(restart_time), restart_time));
        }
        wait_or_stop(between_tries, stop);
    }
}

ChatAnswer LocalModel::complete(const ChatRequest& request, std::stop_token stop,
                                const std::function<void(std::size_t)>& on_token) {
    return while_it_restarts(stop, [&] {
        const auto read = prefix_ ? prefix_->prepare(request, stop) : 0;
        auto answer = endpoint_.complete(request, stop, on_token);
        answer.usage.cached_tokens -= std::min(answer.usage.cached_tokens, read);
        return answer;
    });
}

std::size_t LocalModel::context_window() {
    return while_it_restarts({}, [&] { return endpoint_.context_window(); });
}

std::size_t LocalModel::count_tokens(std::string_view utf8) {
    return while_it_restarts({}, [&] { return endpoint_.count_tokens(utf8); });
}

}  // namespace almagest::model
