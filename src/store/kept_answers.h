#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/database.h"

namespace almagest::store {

/// A model's answer as it is kept for the next who asks the same.
struct KeptAnswer {
    std::string model;
    std::string content;
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;
};

/// Answers by the SHA-256 (64 hexadecimal digits) of their questions, over one connection. One
/// thread.
class KeptAnswers {
  public:
    explicit KeptAnswers(Connection& connection) : connection_(&connection) {}

    /// nullopt: none that is at most `days` old.
    [[nodiscard]] std::optional<KeptAnswer> find(const std::string& key, int days);
    /// Takes the place of an older one. Throws PermanentError for a content with a zero byte.
    void keep(const std::string& key, const KeptAnswer& answer);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
