#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "store/knowledge.h"

namespace almagest::store {

/// A page that only leads to another.
struct Redirect {
    std::string locator;
    std::string from_title;
    std::string to_title;
};

/// What is known of an address that was read before.
struct LastFetch {
    IngestedPage page;
    nlohmann::json headers;
};

/// Sources on their way in, over one connection. One thread. Errors are those of
/// Connection::transaction.
class Sources {
  public:
    explicit Sources(Connection& connection) : connection_(&connection) {}

    struct Batch {
        std::vector<IngestedPage> pages;  ///< as they were given
        std::vector<std::string> faults;  ///< for each: why it could not be stored, or ""
        int jobs = 0;                     ///< that were enqueued for them
    };
    /// Stores pages and enqueues their first jobs in one transaction; one at fault stops no other.
    [[nodiscard]] Batch take_in(int tenant_id, const std::vector<NewPage>& pages);
    void refuse(int tenant_id, const std::string& locator, const std::string& reason);
    void note_redirects(int tenant_id, const std::vector<Redirect>& redirects);
    [[nodiscard]] std::optional<LastFetch> last_fetch(int tenant_id, const std::string& locator);
    /// Enqueues the page's first jobs where they are not known; how many were new.
    int begin_reading(std::int64_t source_page_id);

  private:
    Connection* connection_;
};

}  // namespace almagest::store
