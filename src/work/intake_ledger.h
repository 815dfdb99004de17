#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "text/page.h"
#include "work/page_store.h"

namespace almagest::work {

/// What could not be read, and why; the rest goes on.
struct Refusal {
    std::string path;
    std::string reason;
};

struct TakenIn {
    std::vector<std::int64_t> source_page_ids;
    std::vector<Refusal> refused;  ///< the first thousand
    std::uint64_t refusals = 0;    ///< all of them
    std::uint64_t new_pages = 0;
    std::uint64_t redirects = 0;  ///< kept as other names of pages
    std::uint64_t left_out = 0;   ///< pages of a dump that were not asked for
    std::uint64_t bytes = 0;      ///< of the pages as they came
    int jobs = 0;                 ///< enqueued
};

[[nodiscard]] std::string_view name_of(text::MediaType type);

/// Stores what readers find, some pages to a transaction, and keeps count. One thread.
class IntakeLedger {
  public:
    IntakeLedger(PageStore& store, int tenant_id) : store_(&store), tenant_id_(tenant_id) {}

    /// Stored now or with the next; `path` names it to people where it is refused then.
    void page(std::string path, store::NewPage page);
    /// A page that is known to be stored as it is.
    void known(const store::IngestedPage& page);
    /// With a locator the database remembers it too.
    void refuse(const std::string& path, const std::string& reason,
                const std::string& locator = "");
    void redirect(store::Redirect redirect);
    void leave_out() { ++taken_.left_out; }
    /// Stores what waits.
    void flush();
    [[nodiscard]] std::uint64_t pages() const {
        return taken_.source_page_ids.size() + pages_.size();
    }
    /// Flushes; what was taken in.
    [[nodiscard]] TakenIn close();

  private:
    void keep(const std::vector<store::NewPage>& pages, const std::vector<std::string>& paths);
    void keep_each();

    PageStore* store_;
    int tenant_id_;
    std::vector<std::string> paths_;
    std::vector<store::NewPage> pages_;
    std::size_t waiting_bytes_ = 0;
    std::vector<store::Redirect> redirects_;
    TakenIn taken_;
};

}  // namespace almagest::work
