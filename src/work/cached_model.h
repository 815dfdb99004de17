#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "model/chat.h"
#include "store/database.h"

namespace almagest::work {

class WorkMetrics;

/// A model that is not asked the same question twice: an answer is kept under the SHA-256 of model,
/// endpoint, messages, schema and parameters, in the database, for every process and tenant. Only
/// whole answers that keep to the request's schema are kept, so what failed is asked again. Where
/// the database does not answer, the model is asked and the log says so. Thread-safe.
class CachedModel final : public model::ChatModel {
  public:
    struct Options {
        std::string endpoint;            ///< part of the key: one name may mean two models
        int days = 30;                   ///< an older answer is asked for again
        WorkMetrics* metrics = nullptr;  ///< may be null, else outlives this object
    };
    CachedModel(std::unique_ptr<model::ChatModel> model, const store::Database& database,
                Options options);

    /// A kept answer has `from_cache` set and all its prompt's tokens cached.
    [[nodiscard]] model::ChatAnswer complete(
        const model::ChatRequest& request, std::stop_token stop,
        const std::function<void(std::size_t)>& on_token = {}) override;
    [[nodiscard]] std::string name() const override { return model_->name(); }
    [[nodiscard]] std::size_t context_window() override { return model_->context_window(); }
    [[nodiscard]] std::size_t count_tokens(std::string_view utf8) override {
        return model_->count_tokens(utf8);
    }
    [[nodiscard]] std::optional<double> estimated_characters_per_token() override {
        return model_->estimated_characters_per_token();
    }
    [[nodiscard]] unsigned concurrency() const override { return model_->concurrency(); }

    /// The key of a question. Throws PermanentError when a message is not UTF-8.
    [[nodiscard]] static std::string key_of(const std::string& model, const std::string& endpoint,
                                            const model::ChatRequest& request);

  private:
    [[nodiscard]] std::optional<model::ChatAnswer> find(const std::string& key);
    void keep(const std::string& key, const model::ChatAnswer& answer);

    std::unique_ptr<model::ChatModel> model_;
    Options options_;
    std::mutex mutex_;  // of the connection
    store::Connection connection_;
};

}  // namespace almagest::work
