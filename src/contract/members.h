#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace almagest::contract {

/// Takes typed values out of an object and refuses what is left. Each throws UsageError with the
/// sentence that a person needs. `where` begins that sentence. Keeps a reference to the object.
class Members {
  public:
    Members(const nlohmann::json& object, std::string where);

    [[nodiscard]] const nlohmann::json* find(const std::string& key);
    [[nodiscard]] std::string text(const std::string& key, bool required = false);
    [[nodiscard]] std::optional<std::string> optional_text(const std::string& key);
    /// A text or a list of texts.
    [[nodiscard]] std::vector<std::string> list(const std::string& key);
    [[nodiscard]] std::int64_t number(const std::string& key, std::int64_t standard,
                                      std::int64_t least, std::int64_t most);
    [[nodiscard]] bool truth(const std::string& key);
    void refuse_others() const;

  private:
    const nlohmann::json& object_;
    std::string where_;
    std::set<std::string> known_;
};

}  // namespace almagest::contract
