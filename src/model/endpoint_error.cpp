#include "model/endpoint_error.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "error/error.h"
#include "model/chat.h"

namespace almagest::model {
namespace {

constexpr std::size_t quoted_characters = 300;

bool is_html(std::string_view body) {
    const auto first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && body[first] == '<';
}

std::string message_member(std::string_view body) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) {
        return std::string(body);
    }
    const auto error = json.find("error");
    if (error != json.end() && error->is_string()) {
        return error->get<std::string>();
    }
    const auto& holder = error != json.end() && error->is_object() ? *error : json;
    const auto message = holder.find("message");
    return message != holder.end() && message->is_string() ? message->get<std::string>()
                                                           : std::string(body);
}

void blank_out(std::string& text, std::string_view secret) {
    if (secret.empty()) {
        return;
    }
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
        text.replace(at, secret.size(), "***");
    }
}

std::string quoted(const std::string& said) {
    return said.empty() ? "" : fmt::format(" (it says: {})", said);
}

}  // namespace

std::optional<std::chrono::milliseconds> retry_after_from(
    std::string_view value, std::chrono::system_clock::time_point now) {
    using std::chrono::milliseconds;
    double seconds = 0;
    const auto* end = value.data() + value.size();
    if (const auto [rest, failure] = std::from_chars(value.data(), end, seconds);
        failure == std::errc{} && rest == end) {
        constexpr double a_day = 86'400;
        return milliseconds(static_cast<long long>(std::clamp(seconds, 0.0, a_day) * 1000));
    }
    const auto when = curl_getdate(std::string(value).c_str(), nullptr);
    if (when == -1) {
        return std::nullopt;
    }
    const auto wait =
        std::chrono::ceil<milliseconds>(std::chrono::system_clock::from_time_t(when) - now);
    return std::max(wait, milliseconds(0));
}

std::string error_text(std::string_view body, std::string_view api_key) {
    if (is_html(body)) {
        return {};
    }
    auto text = message_member(body);
    blank_out(text, api_key);
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    if (text.size() > quoted_characters) {
        auto cut = quoted_characters;
        while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
            --cut;
        }
        text = text.substr(0, cut) + "…";
    }
    return text;
}

void throw_for_status(const std::string& who, const std::string& model, const HttpHead& head,
                      std::string_view body, std::string_view api_key) {
    const auto said = quoted(error_text(body, api_key));
    const auto status = head.status;
    if (status == 408 || status == 425 || status == 429 || status >= 500) {
        const auto wait = retry_after_from(head.retry_after, std::chrono::system_clock::now());
        const auto* what =
            status == 429 ? "is over its rate limit or quota" : "is failing or overloaded";
        throw TransientError(
            fmt::format("{} {}: HTTP {}{}; it will be asked again later", who, what, status, said),
            wait);
    }
    if (status == 401 || status == 403) {
        throw EndpointUnusable(fmt::format(
            "{} refuses the API key: HTTP {}{}; set llm.api_key_env or llm.api_key_file", who,
            status, said));
    }
    if (status == 404) {
        throw EndpointUnusable(fmt::format(
            "{} knows no model \"{}\" or no chat completions: HTTP 404{}; check llm.model, and "
            "that "
            "llm.endpoint is the base URL before /chat/completions (it often ends in /v1)",
            who, model, said));
    }
    if (status >= 300 && status < 400) {
        throw PermanentError(
            fmt::format("{} redirects to {}: HTTP {}; put that URL in llm.endpoint if you trust it",
                        who, head.location, status));
    }
    throw PermanentError(fmt::format("{} refuses the request: HTTP {}{}", who, status, said));
}

}  // namespace almagest::model
