#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <string>
#include <unordered_set>
#include <vector>

#include "store/sources.h"

namespace almagest::work {

/// Pages that are stored in one transaction.
struct PageBatch {
    std::vector<std::string> paths;  ///< each names its page to people
    std::vector<store::NewPage> pages;
};

struct StoredBatch {
    struct Page {
        std::string path;
        std::string locator;
        std::uint64_t bytes = 0;  ///< as it came
        store::IngestedPage page;
        std::string fault;  ///< why it could not be stored, or ""
    };
    std::vector<Page> pages;  ///< as they were given
    int jobs = 0;             ///< that were enqueued for them
};

/// Stores pages in one transaction, as store::Sources::take_in does.
using StorePages =
    std::function<store::Sources::Batch(int tenant_id, const std::vector<store::NewPage>&)>;
/// Connects; each StorePages it gives is used by one thread at a time.
using OpenStore = std::function<StorePages()>;

/// Where a batch is refused as a whole, each of its pages is stored alone, so that one at fault
/// stops no other. Throws TransientError.
[[nodiscard]] StoredBatch store_batch(const StorePages& store, int tenant_id, PageBatch batch);

/// Stores batches while the caller reads the next ones. Pages of one locator are stored in the
/// order in which they come. Holds as many batches as there are writers. Used by one thread; its
/// end waits for what is being stored.
class BatchWriters {
  public:
    /// `open` is called in the writers' threads, when they are first needed.
    BatchWriters(int tenant_id, OpenStore open, std::size_t writers);

    /// Begins to store; waits for a writer where none is free. Throws what an earlier batch threw.
    void store(PageBatch batch);
    /// Batches that were stored since the last call, in the order given.
    [[nodiscard]] std::vector<StoredBatch> stored();
    /// Waits for all. Throws what one of them threw.
    [[nodiscard]] std::vector<StoredBatch> finish();

  private:
    struct Running {
        std::unordered_set<std::string> locators;
        std::future<StoredBatch> stored;
    };
    [[nodiscard]] bool is_being_stored(const PageBatch& batch) const;
    void await_oldest();

    int tenant_id_;
    OpenStore open_;
    std::vector<StorePages> stores_;  // the next batch uses next_'s, which the oldest has left
    std::size_t next_ = 0;
    std::vector<StoredBatch> done_;
    std::deque<Running> running_;  // last: its end waits for the threads that use the rest
};

}  // namespace almagest::work
