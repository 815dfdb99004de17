#include "model/shared_prefix.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "telemetry/log.h"

namespace almagest::model {
namespace {

using nlohmann::json;

constexpr std::size_t shortest_worth_it = 200;  // bytes of a system message
constexpr std::size_t most_messages = 100;      // held to be known; then all are forgotten

struct Slot {
    std::size_t id = 0;
    bool is_busy = false;
};

/// Empty: the server does not tell.
std::vector<Slot> slots_in(const HttpResponse& response) {
    const auto list = json::parse(response.body, nullptr, false);
    std::vector<Slot> slots;
    if (response.head.status != 200 || !list.is_array()) return slots;
    for (const auto& one : list) {
        if (!one.is_object() || !one.value("id", json()).is_number_unsigned()) return {};
        slots.push_back({one.at("id").get<std::size_t>(), one.value("is_processing", true)});
    }
    return slots;
}

std::string new_file_name() {
    static std::atomic<unsigned> next{0};
    return fmt::format("prefix-{}-{}.bin", ::getpid(), next++);
}

}  // namespace

/// The file goes when the last slot has taken it over.
struct SharedPrefix::SavedSlot {
    std::filesystem::path folder;
    std::string name;
    SavedSlot(std::filesystem::path in, std::string file)
        : folder(std::move(in)), name(std::move(file)) {}
    SavedSlot(const SavedSlot&) = delete;
    SavedSlot& operator=(const SavedSlot&) = delete;
    ~SavedSlot() {
        std::error_code ignored;
        std::filesystem::remove(folder / name, ignored);
    }
};

SharedPrefix::SharedPrefix(Endpoint endpoint, const config::LlmSettings& settings,
                           std::filesystem::path folder)
    : endpoint_(std::move(endpoint)), settings_(settings), folder_(std::move(folder)) {}

std::size_t SharedPrefix::prepare(const ChatRequest& request, const std::stop_token& stop) {
    if (request.messages.empty() || request.messages.front().role != "system") return 0;
    const auto& message = request.messages.front().content;
    if (message.size() < shortest_worth_it) return 0;
    {
        std::unique_lock lock(mutex_);
        if (cannot_) return 0;
        changed_.wait(lock, stop, [&] {
            const auto known = states_.find(message);
            return known == states_.end() || known->second != State::being_read;
        });
        if (stop.stop_requested()) throw Stopped();
        if (states_.size() >= most_messages) states_.clear();
        auto& state = states_[message];
        if (state != State::unknown) return 0;
        state = State::being_read;
    }
    auto reached = State::unknown;
    std::size_t tokens = 0;
    const auto settle = [&] {
        const std::lock_guard lock(mutex_);
        if (const auto known = states_.find(message); known != states_.end())
            known->second = reached;
        changed_.notify_all();
    };
    try {
        tokens = read(message, stop);
        reached = State::held;
    } catch (const Stopped&) {
        settle();
        throw;
    } catch (const Error& error) {
        // The call itself will tell what is wrong with the server.
        telemetry::log(telemetry::Level::debug,
                       std::string("a system message was not shared: ") + error.what());
    } catch (const json::exception&) {
        // No UTF-8, or usage of another shape: the call itself will tell.
    }
    settle();
    return tokens;
}

void SharedPrefix::forget() {
    const std::lock_guard lock(mutex_);
    for (auto known = states_.begin(); known != states_.end();)
        known = known->second == State::being_read ? std::next(known) : states_.erase(known);
}

std::size_t SharedPrefix::read(const std::string& system_message, const std::stop_token& stop) {
    const auto slots = slots_in(
        http_.perform(request_to(endpoint_, settings_, root_url_of(endpoint_) + "/slots"), stop));
    const auto idle =
        std::find_if(slots.begin(), slots.end(), [](const Slot& one) { return !one.is_busy; });
    if (slots.size() < 2 || idle == slots.end()) return 0;

    const auto answer =
        post("/v1/chat/completions",
             {{"messages", json::array({{{"role", "system"}, {"content", system_message}},
                                        {{"role", "user"}, {"content", ""}}})},
              {"max_tokens", 1},
              {"temperature", 0},
              {"cache_prompt", true},
              {"id_slot", idle->id}},
             stop);
    const auto usage = json::parse(answer.body, nullptr, false);
    const auto counted = json::json_pointer("/usage/prompt_tokens");
    const auto cached = json::json_pointer("/usage/prompt_tokens_details/cached_tokens");
    if (answer.head.status != 200 || !usage.is_object() || !usage.contains(counted)) return 0;
    const auto tokens = usage.at(counted).get<std::size_t>();
    const auto known = usage.contains(cached) ? usage.at(cached).get<std::size_t>() : 0;

    auto saved = std::make_shared<SavedSlot>(folder_, new_file_name());
    const auto save =
        post(fmt::format("/slots/{}?action=save", idle->id), {{"filename", saved->name}}, stop);
    if (save.head.status != 200) {
        const std::lock_guard lock(mutex_);
        cannot_ = true;
        return tokens - std::min(tokens, known);
    }
    for (const auto& slot : slots)
        if (slot.id != idle->id) give_to(slot.id, slot.is_busy, saved, stop);
    return tokens - std::min(tokens, known);
}

/// The server lets what is wanted of a busy slot wait until it is idle.
void SharedPrefix::give_to(std::size_t slot, bool is_busy, const std::shared_ptr<SavedSlot>& saved,
                           const std::stop_token& stop) {
    const auto restore = [this, slot, saved](const std::stop_token& until) {
        try {
            static_cast<void>(post(fmt::format("/slots/{}?action=restore", slot),
                                   {{"filename", saved->name}}, until));
        } catch (const Error& error) {
            telemetry::log(telemetry::Level::debug,
                           std::string("a slot took nothing over: ") + error.what());
        }
    };
    if (!is_busy) {
        restore(stop);
        return;
    }
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back([restore](const std::stop_token& ended) { restore(ended); });
}

HttpResponse SharedPrefix::post(const std::string& path, const json& body,
                                const std::stop_token& stop) {
    auto request = request_to(endpoint_, settings_, root_url_of(endpoint_) + path);
    request.body = body.dump();
    return http_.perform(request, stop);
}

}  // namespace almagest::model
