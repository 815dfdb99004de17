#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/page.h"
#include "work/batch_writers.h"
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
    std::vector<Refusal> skipped;  ///< no pages, found in folders; the first thousand
    std::uint64_t skips = 0;       ///< all of them
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
    /// With `open`, pages are stored while the next ones are read, over connections that it makes.
    IntakeLedger(PageStore& store, int tenant_id, const OpenStore& open = {});

    /// Stored now or with the next; `path` names it to people where it is refused then.
    void page(std::string path, store::NewPage page);
    /// A page that is known to be stored as it is.
    void known(const store::IngestedPage& page);
    /// With a locator the database remembers it too.
    void refuse(const std::string& path, const std::string& reason,
                const std::string& locator = "");
    /// A file of a folder that is no page, which is no failure.
    void skip(const std::string& path, const std::string& reason);
    void redirect(store::Redirect redirect);
    void leave_out() { ++taken_.left_out; }
    /// All so far, whether stored already or not.
    [[nodiscard]] std::uint64_t pages() const { return pages_; }
    /// Stores what waits; what was taken in.
    [[nodiscard]] TakenIn close();

  private:
    void hand_over();
    void note_redirects();
    void count(const std::vector<StoredBatch>& batches);

    PageStore* store_;
    int tenant_id_;
    std::optional<BatchWriters> writers_;
    PageBatch waiting_;
    std::size_t waiting_bytes_ = 0;
    std::uint64_t pages_ = 0;
    bool handed_over_ = false;
    std::vector<store::Redirect> redirects_;
    TakenIn taken_;
};

}  // namespace almagest::work
