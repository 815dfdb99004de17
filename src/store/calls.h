#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "store/database.h"

namespace almagest::store {

/// What answered calls to one model about one job type took, all together.
struct UsualCalls {
    std::string job_type;
    std::int64_t calls = 0;
    std::int64_t prompt_tokens = 0;
    std::int64_t cached_tokens = 0;
    std::int64_t completion_tokens = 0;
    std::int64_t duration_ms = 0;
    std::int64_t content_tokens = 0;          ///< of the chunks asked about; 0 for whole pages
    std::int64_t answered_characters = 0;     ///< of the prompts whose length is known …
    std::int64_t answered_prompt_tokens = 0;  ///< … and what they took
    std::int64_t jobs = 0;                    ///< finished ones, of the pages asked about …
    std::int64_t asked_calls = 0;             ///< … and the calls that they needed
};

/// Earlier calls and known work, over one connection; writes nothing. One thread.
class Calls {
  public:
    explicit Calls(Connection& connection) : connection_(&connection) {}

    /// No tenant: of any.
    [[nodiscard]] std::vector<UsualCalls> usual(std::optional<int> tenant_id,
                                                const std::string& model);
    struct Known {
        std::size_t place = 0;  ///< in the array asked about
        bool is_live = false;   ///< waits or runs; else it is over
    };
    /// `jobs`: array of {job_type, contract_version, locator, content_sha256, occurrence}.
    [[nodiscard]] std::vector<Known> known_work(int tenant_id, const nlohmann::json& jobs);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
