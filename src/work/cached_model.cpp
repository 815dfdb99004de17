#include "work/cached_model.h"

#include <utility>

#include "contract/answer.h"
#include "model/recorded.h"
#include "store/kept_answers.h"
#include "system/sha256.h"
#include "telemetry/log.h"
#include "work/answer_check.h"
#include "work/work_metrics.h"

namespace almagest::work {
namespace {

/// As check_answer will see it: what fails there must be asked again.
bool is_whole_and_lawful(const model::ChatRequest& request, const model::ChatAnswer& answer) {
    if (answer.finish_reason != "stop" || answer.content.empty()) return false;
    if (request.schema.is_null()) return true;
    const contract::Schema schema(request.schema);
    std::string why;
    const auto parsed = contract::parse_answer(answer.content, &why, largest_answer_bytes, &schema);
    return parsed && !parsed->truncated && schema.violations(parsed->value).empty();
}

}  // namespace

CachedModel::CachedModel(std::unique_ptr<model::ChatModel> model, const store::Database& database,
                         Options options)
    : model_(std::move(model)),
      options_(std::move(options)),
      connection_(database.connect("answer cache")) {}

std::string CachedModel::key_of(const std::string& model, const std::string& endpoint,
                                const model::ChatRequest& request) {
    return system::sha256_of(
        nlohmann::json{model, endpoint, request.schema_name, model::canonical_request(request)}
            .dump());
}

model::ChatAnswer CachedModel::complete(const model::ChatRequest& request, std::stop_token stop,
                                        const std::function<void(std::size_t)>& on_token) {
    const auto started = std::chrono::steady_clock::now();
    if (stop.stop_requested()) throw Stopped();
    const auto key = key_of(name(), options_.endpoint, request);
    if (auto kept = request.anew ? std::nullopt : find(key)) {
        kept->duration = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - started);
        kept->kept_under = key;
        if (options_.metrics != nullptr) options_.metrics->answered_from_cache(name());
        return *std::move(kept);
    }
    auto answer = model_->complete(request, std::move(stop), on_token);
    if (is_whole_and_lawful(request, answer)) {
        keep(key, answer);
        answer.kept_under = key;
    }
    return answer;
}

std::optional<model::ChatAnswer> CachedModel::find(const std::string& key) {
    try {
        const std::scoped_lock lock(mutex_);
        auto kept = store::KeptAnswers(connection_).find(key, options_.days);
        if (!kept) return std::nullopt;
        const auto prompt_tokens = static_cast<std::size_t>(kept->prompt_tokens);
        model::ChatAnswer answer;
        answer.content = std::move(kept->content);
        answer.finish_reason = "stop";
        answer.model = std::move(kept->model);
        answer.usage = {prompt_tokens, prompt_tokens,
                        static_cast<std::size_t>(kept->completion_tokens)};
        answer.from_cache = true;
        return answer;
    } catch (const Error& error) {
        telemetry::log(telemetry::Level::warning,
                       std::string("the answer cache was not read: ") + error.what());
        return std::nullopt;
    }
}

void CachedModel::keep(const std::string& key, const model::ChatAnswer& answer) {
    try {
        const std::scoped_lock lock(mutex_);
        store::KeptAnswers(connection_)
            .keep(key, {answer.model, answer.content,
                        static_cast<std::int64_t>(answer.usage.prompt_tokens),
                        static_cast<std::int64_t>(answer.usage.completion_tokens)});
    } catch (const Error& error) {
        telemetry::log(telemetry::Level::warning,
                       std::string("an answer was not kept: ") + error.what());
    }
}

}  // namespace almagest::work
