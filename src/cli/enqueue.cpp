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
    std::optional<std::int64_t> page;
    std::optional<std::string> payload;
    std::optional<std::int64_t> chunk;
    std::optional<int> priority;
};

json payload_of(const std::string& text) {
    auto payload = json::parse(text, nullptr, false);
    if (!payload.is_object())
        throw UsageError("--payload must be a JSON object, such as '{\"n\": 1}'");
    return payload;
}

void require_page(const contract::JobType& type, const Enqueueing& asked) {
    if (!asked.page) throw UsageError(fmt::format("{} reads pages: say --page ID", type.job_type));
}

/// A type that reads chunks needs one; this names some of the page.
void require_chunk(Session& session, const contract::JobType& type, const Enqueueing& asked) {
    if (type.unit == contract::Unit::page || asked.chunk) return;
    if (!asked.page)
        throw UsageError(fmt::format("{} reads chunks: say --page ID and --chunk ID", asked.type));
    const auto chunks = session.rows(
        "SELECT chunk_id FROM vector.chunk WHERE tenant_id = $1 AND source_page_id = $2 AND "
        "is_current ORDER BY chunk_index LIMIT 5",
        {std::to_string(session.tenant_id()), std::to_string(*asked.page)});
    if (chunks.empty())
        throw UsageError(
            fmt::format("{} reads chunks, and there is no page {} with chunks; give a "
                        "page that was read, and --chunk ID",
                        asked.type, *asked.page));
    std::vector<std::string> ids;
    for (const auto& row : chunks) ids.push_back(cell(row["chunk_id"]));
    throw UsageError(fmt::format("{} reads chunks: say --chunk ID (of page {}: {}{})", asked.type,
                                 *asked.page, fmt::join(ids, ", "), ids.size() == 5 ? ", …" : ""));
}

int enqueue(Session& session, const Enqueueing& asked) {
    const auto& found = session.registry().find(asked.type);
    if (found.asks_model() || found.handler.starts_with("program:")) require_page(found, asked);
    if (found.asks_model()) require_chunk(session, found, asked);
    store::NewJob job;
    job.tenant_id = session.tenant_id();
    job.job_type = found.job_type;
    job.contract_version = found.version.text();
    job.source_page_id = asked.page;
    job.chunk_id = asked.chunk;
    job.priority = asked.priority;
    if (asked.payload) job.payload = payload_of(*asked.payload);
    store::Queue queue(session.connection());
    const auto enqueued = queue.enqueue(job);
    if (enqueued.is_new) queue.hint();
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
    command->add_option("--page", asked->page, "source_page_id, for types that read pages");
    command->add_option("--payload", asked->payload, "a JSON object for the type's procedure");
    command->add_option("--chunk", asked->chunk, "chunk_id, for types that read chunks");
    command->add_option("--priority", asked->priority, "0 to 100, greater is sooner");
    command->callback([&action, asked] {
        action = [asked](Session& session) { return enqueue(session, *asked); };
    });
}

}  // namespace almagest::cli
