#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "store/arguments.h"
#include "store/database.h"

namespace almagest::store {

/// What a person decides about: "entity", 12.
struct ReviewItem {
    std::string type;
    std::int64_t id = 0;
};

struct Decision {
    std::string kind;         ///< "approve", "reject" or "override"
    nlohmann::json override;  ///< what is right instead; null for none
    std::string reason;       ///< "" for none
    std::string actor;        ///< who decides
    std::optional<std::string> expected_state = std::nullopt;  ///< that the person saw; none: any
};

/// One step of applying thresholds again.
struct ReapplyStep {
    std::int64_t last_id = 0;  ///< where the next step goes on; 0: nothing was left
    nlohmann::json moved;      ///< {"candidate>promoted": 3}
};

struct Role {
    std::string name;
    bool is_new = false;
};

/// What waits for a person, decisions and what follows from them. Over one connection; one thread.
/// JSON answers are those of docs/database.md. Decisions that meet a deadlock are tried again.
class Review {
  public:
    explicit Review(Connection& connection) : connection_(&connection) {}

    /// Throws UsageError for what cannot be decided so, PermanentError (AL021) where somebody was
    /// faster.
    [[nodiscard]] nlohmann::json adjudicate(int tenant_id, const ReviewItem& item,
                                            const Decision& decision);
    /// Throws UsageError (AL004, AL024) for a decision that cannot be taken back.
    [[nodiscard]] nlohmann::json undo(int tenant_id, std::int64_t audit_id,
                                      const std::string& reason, const std::string& actor);

    /// `after`: "next" of the part before, or "" for the first.
    [[nodiscard]] nlohmann::json items(int tenant_id, const nlohmann::json& filter,
                                       const std::string& after, int limit);
    [[nodiscard]] nlohmann::json item(int tenant_id, const ReviewItem& item);
    /// How many marks of pages that changed are done, of at most `limit`; 0: the queue is current.
    [[nodiscard]] int refresh(int tenant_id, int limit);

    /// Types of items that thresholds hold for.
    [[nodiscard]] std::vector<std::string> item_types();
    /// `dry_thresholds`: null, or {"*": {auto_promote, manual_review}, …}: only counts what those
    /// would do.
    [[nodiscard]] ReapplyStep reapply(int tenant_id, const std::string& item_type,
                                      std::int64_t after, int limit,
                                      const nlohmann::json& dry_thresholds);
    /// `item_type` "": every type of row.
    [[nodiscard]] nlohmann::json calibration(int tenant_id, const std::string& item_type,
                                             double precision);
    /// Makes the roles of readers and reviewers, or brings their rights up to date.
    [[nodiscard]] std::vector<Role> ensure_roles();

  private:
    [[nodiscard]] nlohmann::json ask(const Arguments& arguments, const std::string& statement);
    [[nodiscard]] nlohmann::json decide(const Arguments& arguments, const std::string& statement);

    Connection* connection_;
};

}  // namespace almagest::store
