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
    Prefix prefix;
    {
        std::unique_lock lock(mutex_);
        if (cannot_) return 0;
        changed_.wait(lock, stop, [&] { return !prefixes_[message].is_seen_to; });
        if (stop.stop_requested()) throw Stopped();
        auto& known = prefixes_[message];
        if (known.is_read && known.lacking.empty()) return 0;
        known.is_seen_to = true;
        prefix = known;
    }
    std::size_t tokens = 0;
    const auto settle = [&] {
        prefix.is_seen_to = false;
        if (prefix.lacking.empty()) prefix.saved.reset();
        const std::lock_guard lock(mutex_);
        prefixes_[message] = std::move(prefix);
        changed_.notify_all();
    };
    try {
        if (!prefix.is_read) tokens = read(message, stop, &prefix);
        give_to_idle_slots(stop, &prefix);
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
    for (auto known = prefixes_.begin(); known != prefixes_.end();)
        known = known->second.is_seen_to ? std::next(known) : prefixes_.erase(known);
}

std::size_t SharedPrefix::read(const std::string& system_message, const std::stop_token& stop,
                               Prefix* prefix) {
    const auto all = slots_in(slots(stop));
    const auto idle =
        std::find_if(all.begin(), all.end(), [](const Slot& one) { return !one.is_busy; });
    if (all.size() < 2 || idle == all.end()) return 0;
    const json system{{"role", "system"}, {"content", system_message}};
    const json user{{"role", "user"}, {"content", ""}};
    const auto answer = post("/v1/chat/completions",
                             {{"messages", json::array({system, user})},
                              {"max_tokens", 1},
                              {"temperature", 0},
                              {"cache_prompt", true},
                              {"id_slot", idle->id}},
                             stop);
    const auto read = json::parse(answer.body, nullptr, false);
    if (answer.head.status != 200 || !read.is_object()) return 0;
    const auto count = [&](const char* place) {
        return read.value(json::json_pointer(place), std::size_t{0});
    };
    const auto tokens = count("/usage/prompt_tokens");
    const auto cached = count("/usage/prompt_tokens_details/cached_tokens");

    prefix->saved = std::make_shared<SavedSlot>(folder_, new_file_name());
    const auto save = post(fmt::format("/slots/{}?action=save", idle->id),
                           {{"filename", prefix->saved->name}}, stop);
    if (save.head.status == 200) {
        prefix->is_read = true;
        for (const auto& slot : all)
            if (slot.id != idle->id) prefix->lacking.insert(slot.id);
    } else {
        const std::lock_guard lock(mutex_);
        cannot_ = true;
    }
    return tokens - std::min(tokens, cached);
}

/// A busy slot would let the server wait, and the call with it.
void SharedPrefix::give_to_idle_slots(const std::stop_token& stop, Prefix* prefix) {
    if (prefix->lacking.empty()) return;
    for (const auto& slot : slots_in(slots(stop))) {
        if (slot.is_busy || prefix->lacking.erase(slot.id) == 0) continue;
        static_cast<void>(post(fmt::format("/slots/{}?action=restore", slot.id),
                               {{"filename", prefix->saved->name}}, stop));
    }
}

HttpResponse SharedPrefix::slots(const std::stop_token& stop) {
    return http_.perform(request_to(endpoint_, settings_, root_url_of(endpoint_) + "/slots"), stop);
}

HttpResponse SharedPrefix::post(const std::string& path, const json& body,
                                const std::stop_token& stop) {
    auto request = request_to(endpoint_, settings_, root_url_of(endpoint_) + path);
    request.body = body.dump();
    return http_.perform(request, stop);
}

}  // namespace almagest::model
