#pragma once

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

#include "model/endpoint_model.h"

namespace almagest::model {

/// What the system message of many prompts costs, paid once a server instead of once a slot: a
/// llama.cpp server keeps the prompt it read last for each slot alone. The first call with a system
/// message has one slot read it, and the others, as soon as they are idle, take over that slot's
/// state (--slot-save-path). Where the server cannot, nothing happens. Thread-safe.
class SharedPrefix {
  public:
    /// `folder`: where the server saves slots; files in it are taken away again.
    SharedPrefix(Endpoint endpoint, const config::LlmSettings& settings,
                 std::filesystem::path folder);

    /// Before a call: has the idle slots hold its system message, and waits while another call sees
    /// to it. Gives the tokens that were read for it: they belong to this call's usage. Throws
    /// Stopped only.
    [[nodiscard]] std::size_t prepare(const ChatRequest& request, const std::stop_token& stop);

    /// The server was started again and holds nothing.
    void forget();

  private:
    struct SavedSlot;
    struct Prefix {
        bool is_seen_to = false;  ///< by a call just now
        bool is_read = false;
        std::shared_ptr<SavedSlot> saved;  ///< while slots lack it
        std::set<std::size_t> lacking;     ///< slots that were busy so far
    };

    std::size_t read(const std::string& system_message, const std::stop_token& stop,
                     Prefix* prefix);
    void give_to_idle_slots(const std::stop_token& stop, Prefix* prefix);
    [[nodiscard]] HttpResponse slots(const std::stop_token& stop);
    [[nodiscard]] HttpResponse post(const std::string& path, const nlohmann::json& body,
                                    const std::stop_token& stop);

    Endpoint endpoint_;
    config::LlmSettings settings_;
    std::filesystem::path folder_;
    HttpClient http_;
    std::mutex mutex_;  // prefixes_, cannot_
    std::condition_variable_any changed_;
    std::map<std::string, Prefix> prefixes_;  // by system message
    bool cannot_ = false;
};

}  // namespace almagest::model
