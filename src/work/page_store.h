#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sources.h"

namespace almagest::work {

/// Where pages go that were read. One thread. Implementations throw what store::Sources does.
class PageStore {
  public:
    PageStore() = default;
    PageStore(const PageStore&) = delete;
    PageStore& operator=(const PageStore&) = delete;
    virtual ~PageStore() = default;

    /// In one transaction; one at fault stops no other.
    [[nodiscard]] virtual store::Sources::Batch take_in(
        int tenant_id, const std::vector<store::NewPage>& pages) = 0;
    virtual void refuse(int tenant_id, const std::string& locator, const std::string& reason) = 0;
    virtual void note_redirects(int tenant_id, const std::vector<store::Redirect>& redirects) = 0;
    [[nodiscard]] virtual std::optional<store::LastFetch> last_fetch(
        int tenant_id, const std::string& locator) = 0;
    virtual int begin_reading(std::int64_t source_page_id) = 0;
};

/// The database.
class StoredPages final : public PageStore {
  public:
    /// `sources` outlives this.
    explicit StoredPages(store::Sources& sources) : sources_(&sources) {}

    [[nodiscard]] store::Sources::Batch take_in(int tenant_id,
                                                const std::vector<store::NewPage>& pages) override {
        return sources_->take_in(tenant_id, pages);
    }
    void refuse(int tenant_id, const std::string& locator, const std::string& reason) override {
        sources_->refuse(tenant_id, locator, reason);
    }
    void note_redirects(int tenant_id, const std::vector<store::Redirect>& redirects) override {
        sources_->note_redirects(tenant_id, redirects);
    }
    [[nodiscard]] std::optional<store::LastFetch> last_fetch(int tenant_id,
                                                             const std::string& locator) override {
        return sources_->last_fetch(tenant_id, locator);
    }
    int begin_reading(std::int64_t source_page_id) override {
        return sources_->begin_reading(source_page_id);
    }

  private:
    store::Sources* sources_;
};

}  // namespace almagest::work
