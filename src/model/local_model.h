#pragma once

#include <chrono>
#include <memory>

#include "model/endpoint_model.h"
#include "model/local_server.h"
#include "model/shared_prefix.h"

namespace almagest::model {

/// The model of the supervised server, which stays in use as long as this lives. Thread-safe.
class LocalModel final : public ChatModel {
  public:
    LocalModel(const config::LlmSettings& settings, const config::Places& places,
               SupervisorCommand supervisor);

    /// A server that is being started again is waited for. One that goes away in the middle of an
    /// answer is a TransientError; one that its supervisor gave up is EndpointUnusable.
    [[nodiscard]] ChatAnswer complete(
        const ChatRequest& request, std::stop_token stop,
        const std::function<void(std::size_t)>& on_token = {}) override;
    [[nodiscard]] std::string name() const override { return file_.name; }
    [[nodiscard]] std::size_t context_window() override;
    [[nodiscard]] std::size_t count_tokens(std::string_view utf8) override;
    [[nodiscard]] unsigned concurrency() const override { return endpoint_.concurrency(); }

  private:
    template <typename Call>
    auto while_it_restarts(const std::stop_token& stop, const Call& call);

    ModelFile file_;
    LocalServer server_;
    EndpointModel endpoint_;
    std::unique_ptr<SharedPrefix> prefix_;  ///< null: the model cannot
    std::chrono::milliseconds patience_;
};

}  // namespace almagest::model
