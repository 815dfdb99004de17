#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "store/database.h"

namespace almagest::store {

struct IngestedPage {
    std::int64_t source_page_id = 0;
    int version = 0;
    bool is_new = false;
    std::string correlation_id;
};

struct NewPage {
    std::string locator;
    std::string media_type;
    std::string charset;
    std::string title;
    std::string text;
    std::string raw;         ///< the bytes as they came
    nlohmann::json headers;  ///< an object: what was said of them; null for nothing
};

struct StoredPage {
    std::string title;
    std::string text;
    std::string locator;
    std::string primary_type;  ///< "" until classified
};

struct StoredChunk {
    std::int64_t source_page_id = 0;
    std::int64_t char_start = 0;
    std::int64_t char_end = 0;
    std::string content;
    int chunk_index = 0;
};

/// How a page's version before was cut.
struct EarlierCut {
    std::string text;
    nlohmann::json policy;  ///< as the cut's output gave it
    nlohmann::json chunks;  ///< [{char_start, char_end, fresh_start}] in the order of the text
};

struct ChunkEntity {
    std::int64_t entity_id = 0;
    std::string name;
    std::string type;
};

/// As the procedures take them: {"*": {auto_promote, manual_review}, "relation": {…}}.
[[nodiscard]] nlohmann::json thresholds_of(const config::GovernanceSettings& governance);

/// Pages, chunks and what is known, over one connection. One thread. JSON answers are those of
/// docs/database.md.
class Knowledge {
  public:
    explicit Knowledge(Connection& connection) : connection_(&connection) {}

    [[nodiscard]] int ensure_tenant(const std::string& name);
    /// "registered", "updated" or "unchanged".
    [[nodiscard]] std::string register_job_type(const nlohmann::json& job_type);
    /// All of a tenant; those that were stored and are not among them go.
    void set_thresholds(int tenant_id, const config::GovernanceSettings& governance);

    [[nodiscard]] StoredPage page(std::int64_t source_page_id);
    /// Of the last version before this one that was cut; none for a page's first version.
    [[nodiscard]] std::optional<EarlierCut> earlier_cut(std::int64_t source_page_id);
    [[nodiscard]] StoredChunk chunk(std::int64_t chunk_id);
    [[nodiscard]] std::vector<ChunkEntity> chunk_entities(std::int64_t chunk_id);

    /// What the page names before a chunk: those named last, in the order of the page.
    [[nodiscard]] std::vector<ChunkEntity> entities_before(std::int64_t chunk_id,
                                                           std::size_t limit);

    /// null when nothing is known under that name. `at` (YYYY-MM-DD), `in_work` (a work's name):
    /// only what held then; "" for any. Throws UsageError when there is no such work.
    [[nodiscard]] nlohmann::json show_entity(int tenant_id, const std::string& name,
                                             const std::string& at = "",
                                             const std::string& in_work = "");
    /// No pages: all of the tenant.
    [[nodiscard]] nlohmann::json run_summary(int tenant_id,
                                             const std::vector<std::int64_t>& source_page_ids);
    /// Rows of a view or function named in code, each an object: for lists that commands print.
    /// `query` is a constant of the program; `arguments` are bound.
    [[nodiscard]] nlohmann::json rows(const std::string& query,
                                      const std::vector<std::string>& arguments = {});

  private:
    Connection* connection_;
};

}  // namespace almagest::store
