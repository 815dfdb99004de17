#include "work/batch_writers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <mutex>

#include "error/error.h"

namespace almagest::work {
namespace {

PageBatch batch_of(const std::vector<std::string>& locators) {
    PageBatch batch;
    for (const auto& locator : locators) {
        store::NewPage page;
        page.locator = locator;
        page.raw = "bytes of " + locator;
        batch.paths.push_back("path of " + locator);
        batch.pages.push_back(std::move(page));
    }
    return batch;
}

store::Sources::Batch all_stored(const std::vector<store::NewPage>& pages) {
    store::Sources::Batch batch;
    batch.pages.resize(pages.size());
    batch.faults.resize(pages.size());
    batch.jobs = static_cast<int>(pages.size());
    return batch;
}

/// The first locator of each batch.
std::vector<std::string> heads(const std::vector<StoredBatch>& batches) {
    std::vector<std::string> locators;
    for (const auto& batch : batches) locators.push_back(batch.pages.at(0).locator);
    return locators;
}

TEST(BatchWriters, StoreSeveralBatchesAtOnceAndGiveThemBackInTheirOrder) {
    std::latch both(2);
    std::atomic<int> opened = 0;
    BatchWriters writers(
        1,
        [&]() -> StorePages {
            ++opened;
            return [&](int, const std::vector<store::NewPage>& pages) {
                if (pages[0].locator != "c") both.arrive_and_wait();
                return all_stored(pages);
            };
        },
        2);
    for (const char* locator : {"a", "b", "c"}) writers.store(batch_of({locator}));
    auto stored = heads(writers.stored());
    for (const auto& locator : heads(writers.finish())) stored.push_back(locator);
    EXPECT_EQ(stored, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(opened, 2);
    EXPECT_TRUE(writers.finish().empty());
}

TEST(BatchWriters, StorePagesOfOneLocatorOneAfterTheOther) {
    std::mutex mutex;
    std::vector<std::string> events;
    BatchWriters writers(
        1,
        [&]() -> StorePages {
            return [&](int, const std::vector<store::NewPage>& pages) {
                {
                    const std::scoped_lock lock(mutex);
                    events.push_back("begin " + pages[0].raw);
                }
                const std::scoped_lock lock(mutex);
                events.push_back("end " + pages[0].raw);
                return all_stored(pages);
            };
        },
        3);
    std::vector<std::string> expected;
    for (int n = 0; n < 40; ++n) {
        auto batch = batch_of({"same", "other " + std::to_string(n)});
        batch.pages[0].raw = std::to_string(n);
        writers.store(std::move(batch));
        expected.push_back("begin " + std::to_string(n));
        expected.push_back("end " + std::to_string(n));
    }
    (void)writers.finish();
    EXPECT_EQ(events, expected);
}

TEST(BatchWriters, APageThatIsRefusedStopsNoOther) {
    const StorePages store = [](int, const std::vector<store::NewPage>& pages) {
        for (const auto& page : pages) {
            if (page.locator == "bad") throw PermanentError("is bad");
            if (page.locator == "odd") throw UsageError("is odd");
        }
        return all_stored(pages);
    };
    const auto stored = store_batch(store, 1, batch_of({"one", "bad", "two", "odd"}));
    std::vector<std::string> faults;
    for (const auto& page : stored.pages) faults.push_back(page.fault);
    EXPECT_EQ(faults, (std::vector<std::string>{"", "is bad", "", "is odd"}));
    EXPECT_EQ(stored.jobs, 2);
    EXPECT_EQ(stored.pages[1].path, "path of bad");
    EXPECT_EQ(stored.pages[2].bytes, std::string("bytes of two").size());
}

TEST(BatchWriters, TellOfALostDatabase) {
    BatchWriters writers(
        1, []() -> StorePages { throw TransientError("the server went away"); }, 2);
    writers.store(batch_of({"a"}));
    EXPECT_THROW((void)writers.finish(), TransientError);
}

}  // namespace
}  // namespace almagest::work
