#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "config/settings.h"
#include "contract/job_type.h"
#include "store/database.h"
#include "work/dispatcher.h"
#include "work/job_runner.h"

namespace almagest::work {

/// How far the reading of some pages is.
struct ReadingProgress {
    std::uint64_t chunks_done = 0;
    std::uint64_t chunks = 0;  ///< of the pages that were cut so far
    std::uint64_t tokens = 0;  ///< read and written by the model in this process
};

struct Reading {
    DispatchReport report;
    LazyModel::Totals model;
    std::chrono::milliseconds took{0};
    double cost = 0;              ///< of the calls
    std::string stopped_because;  ///< a limit that was reached, in words; "" for none
};

struct ReadingOptions {
    int tenant_id = 0;                          ///< 0: any
    std::vector<std::int64_t> source_page_ids;  ///< empty: any
    std::vector<std::string> job_types;         ///< empty: any
    std::optional<int> min_priority;            ///< none below it are taken
    std::optional<unsigned> slots;
    std::optional<std::string> model;  ///< the command line's --model
    bool drain = true;
    std::uint64_t most_tokens = 0;   ///< that the calls may take, all together; 0: no limit
    double most_cost = 0;            ///< likewise
    WorkMetrics* metrics = nullptr;  ///< counts what is done; may be null, else outlives the call
    std::function<void(const ReadingProgress&)> on_progress;
};

/// Registers the contracts' job types and the queue's limits; what each registration said, by
/// "job_type version".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> sync_contracts(
    store::Connection& connection, const config::Settings& settings,
    const contract::Registry& registry);

/// Works the queue off: a dispatcher with the model, the lake and the contracts put together.
/// Throws what Dispatcher::run throws.
[[nodiscard]] Reading read_on(const config::Settings& settings, const config::Places& places,
                              const store::Database& database, const contract::Registry& registry,
                              const ReadingOptions& options, const std::stop_token& stop);

}  // namespace almagest::work
