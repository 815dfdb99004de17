#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/queue.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

struct Enqueueing {
    std::string type;
    std::int64_t page = 0;
    std::optional<std::int64_t> chunk;
    std::optional<int> priority;
};

/// A type that reads chunks needs one; this names some of the page.
void require_chunk(Session& session, const contract::JobType& type, const Enqueueing& asked) {
    if (type.unit == contract::Unit::page || asked.chunk) return;
    const auto chunks = session.rows(
        "SELECT chunk_id FROM vector.chunk WHERE tenant_id = $1 AND source_page_id = $2 AND "
        "is_current ORDER BY chunk_index LIMIT 5",
        {std::to_string(session.tenant_id()), std::to_string(asked.page)});
    if (chunks.empty())
        throw UsageError(
            fmt::format("{} reads chunks, and there is no page {} with chunks; give a "
                        "page that was read, and --chunk ID",
                        asked.type, asked.page));
    std::vector<std::string> ids;
    for (const auto& row : chunks) ids.push_back(cell(row["chunk_id"]));
    throw UsageError(fmt::format("{} reads chunks: say --chunk ID (of page {}: {}{})", asked.type,
                                 asked.page, fmt::join(ids, ", "), ids.size() == 5 ? ", …" : ""));
}

int enqueue(Session& session, const Enqueueing& asked) {
    const auto& found = session.registry().find(asked.type);
    require_chunk(session, found, asked);
    store::NewJob job;
    job.tenant_id = session.tenant_id();
    job.job_type = found.job_type;
    job.contract_version = found.version.text();
    job.source_page_id = asked.page;
    job.chunk_id = asked.chunk;
    job.priority = asked.priority;
    const auto enqueued = store::Queue(session.connection()).enqueue(job);
    if (session.json)
        print_json({{"job_id", enqueued.job_id}, {"is_new", enqueued.is_new}});
    else
        std::cout << fmt::format("job {}{}\n", enqueued.job_id,
                                 enqueued.is_new ? "" : " (it was there already)");
    return Exit::done;
}

}  // namespace

void add_enqueue(CLI::App& program, Action& action) {
    auto asked = std::make_shared<Enqueueing>();
    auto* command = program.add_subcommand("enqueue", "put one job into the queue");
    command->add_option("TYPE", asked->type, "job type, as `almagest contracts list` names it")
        ->required();
    command->add_option("--page", asked->page, "source_page_id")->required();
    command->add_option("--chunk", asked->chunk, "chunk_id, for types that read chunks");
    command->add_option("--priority", asked->priority, "0 to 100, greater is sooner");
    command->callback([&action, asked] {
        action = [asked](Session& session) { return enqueue(session, *asked); };
    });
}

}  // namespace almagest::cli
