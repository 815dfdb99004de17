#include "work/batch_writers.h"

#include <algorithm>
#include <utility>

#include "error/error.h"

namespace almagest::work {
namespace {

void add(StoredBatch& to, std::vector<std::string>& paths, std::vector<store::NewPage>& pages,
         store::Sources::Batch& stored) {
    to.jobs += stored.jobs;
    for (std::size_t i = 0; i < pages.size(); ++i)
        to.pages.push_back({std::move(paths[i]), std::move(pages[i].locator), pages[i].raw.size(),
                            std::move(stored.pages[i]), std::move(stored.faults[i])});
}

store::Sources::Batch refused(const std::string& reason) {
    store::Sources::Batch batch;
    batch.pages.resize(1);
    batch.faults = {reason};
    return batch;
}

StoredBatch store_each(const StorePages& store, int tenant_id, PageBatch& batch) {
    StoredBatch stored;
    for (std::size_t i = 0; i < batch.pages.size(); ++i) {
        std::vector<std::string> path{std::move(batch.paths[i])};
        std::vector<store::NewPage> page{std::move(batch.pages[i])};
        store::Sources::Batch one;
        try {
            one = store(tenant_id, page);
        } catch (const PermanentError& error) {
            one = refused(error.what());
        } catch (const UsageError& error) {
            one = refused(error.what());
        }
        add(stored, path, page, one);
    }
    return stored;
}

}  // namespace

StoredBatch store_batch(const StorePages& store, int tenant_id, PageBatch batch) {
    try {
        auto answer = store(tenant_id, batch.pages);
        StoredBatch stored;
        add(stored, batch.paths, batch.pages, answer);
        return stored;
    } catch (const PermanentError&) {
        return store_each(store, tenant_id, batch);
    } catch (const UsageError&) {
        return store_each(store, tenant_id, batch);
    }
}

BatchWriters::BatchWriters(int tenant_id, OpenStore open, std::size_t writers)
    : tenant_id_(tenant_id), open_(std::move(open)), stores_(std::max<std::size_t>(writers, 1)) {}

bool BatchWriters::is_being_stored(const PageBatch& batch) const {
    return std::any_of(running_.begin(), running_.end(), [&batch](const Running& running) {
        return std::any_of(batch.pages.begin(), batch.pages.end(), [&running](const auto& page) {
            return running.locators.contains(page.locator);
        });
    });
}

void BatchWriters::await_oldest() {
    auto oldest = std::move(running_.front().stored);
    running_.pop_front();
    done_.push_back(oldest.get());
}

void BatchWriters::store(PageBatch batch) {
    while (running_.size() >= stores_.size() || is_being_stored(batch)) await_oldest();
    StorePages& slot = stores_[next_++ % stores_.size()];
    std::unordered_set<std::string> locators;
    for (const auto& page : batch.pages) locators.insert(page.locator);
    running_.push_back(
        {std::move(locators),
         std::async(std::launch::async, [this, &slot, batch = std::move(batch)]() mutable {
             if (!slot) slot = open_();
             return store_batch(slot, tenant_id_, std::move(batch));
         })});
}

std::vector<StoredBatch> BatchWriters::stored() {
    return std::exchange(done_, {});
}

std::vector<StoredBatch> BatchWriters::finish() {
    while (!running_.empty()) await_oldest();
    return stored();
}

}  // namespace almagest::work
