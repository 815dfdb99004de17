#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/queue.h"
#include "store/sqlstate.h"
#include "work/reading.h"

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

std::vector<std::int64_t> ids_of(const json& rows, const char* column) {
    std::vector<std::int64_t> ids;
    for (const auto& row : rows) ids.push_back(std::stoll(cell(row[column])));
    return ids;
}

std::int64_t page_of_chunk(Session& session, std::int64_t chunk) {
    const auto pages =
        ids_of(session.rows(
                   "SELECT source_page_id FROM vector.chunk WHERE tenant_id = $1 AND chunk_id = $2",
                   {std::to_string(session.tenant_id()), std::to_string(chunk)}),
               "source_page_id");
    if (pages.empty()) throw UsageError(fmt::format("there is no chunk {}", chunk));
    return pages.front();
}

/// The chunks that a type which reads chunks is to read: the one asked for, or all of the page.
std::vector<std::int64_t> chunks_for(Session& session, const Enqueueing& asked) {
    if (asked.chunk) return {*asked.chunk};
    auto chunks = ids_of(
        session.rows(
            "SELECT chunk_id FROM vector.chunk WHERE tenant_id = $1 AND source_page_id = $2 AND "
            "is_current ORDER BY chunk_index",
            {std::to_string(session.tenant_id()), std::to_string(*asked.page)}),
        "chunk_id");
    if (chunks.empty())
        throw UsageError(
            fmt::format("{} reads chunks, and page {} has none; read it first with "
                        "`almagest run`",
                        asked.type, *asked.page));
    return chunks;
}

store::NewJob job_for(Session& session, const contract::JobType& type, const Enqueueing& asked) {
    store::NewJob job;
    job.tenant_id = session.tenant_id();
    job.job_type = type.job_type;
    job.contract_version = type.version.text();
    job.source_page_id = asked.page;
    job.chunk_id = asked.chunk;
    job.priority = asked.priority;
    if (asked.payload) job.payload = payload_of(*asked.payload);
    if (!job.source_page_id && job.chunk_id)
        job.source_page_id = page_of_chunk(session, *job.chunk_id);
    return job;
}

/// A payload that the type does not take is the mistake of who typed it.
store::Queue::Enqueued enqueued(store::Queue& queue, const store::NewJob& job) {
    try {
        return queue.enqueue(job);
    } catch (const PermanentError& error) {
        if (store::sqlstate_of(error) == "AL003") throw UsageError(error.what());
        throw;
    }
}

int enqueue(Session& session, const Enqueueing& asked) {
    const auto& type = session.registry().find(asked.type);
    const bool reads_page =
        (type.asks_model() && type.describes.empty()) || type.handler.starts_with("program:");
    auto job = job_for(session, type, asked);
    const bool reads_chunks = type.asks_model() && type.unit == contract::Unit::chunk;
    if (reads_page && !job.source_page_id)
        throw UsageError(
            reads_chunks ? fmt::format("{} reads chunks: say --page ID or --chunk ID", asked.type)
                         : fmt::format("{} reads pages: say --page ID", asked.type));
    (void)work::sync_contracts(session.connection(), session.settings(), session.registry());
    store::Queue queue(session.connection());
    std::vector<std::optional<std::int64_t>> chunks{job.chunk_id};
    if (reads_chunks) {
        const auto ids = chunks_for(session, asked);
        chunks.assign(ids.begin(), ids.end());
    }
    auto said = json::array();
    bool any_new = false;
    for (const auto& chunk : chunks) {
        job.chunk_id = chunk;
        const auto added = enqueued(queue, job);
        any_new = any_new || added.is_new;
        said.push_back({{"job_id", added.job_id}, {"is_new", added.is_new}});
        if (!session.json)
            std::cout << fmt::format("job {}{}\n", added.job_id,
                                     added.is_new ? "" : " (it was there already)");
    }
    if (any_new) queue.hint();
    if (session.json) {
        auto document = said.front();
        if (said.size() > 1) document["jobs"] = said;
        print_json(document);
    }
    return Exit::done;
}

}  // namespace

void add_enqueue(CLI::App& program, Action& action) {
    auto asked = std::make_shared<Enqueueing>();
    auto* command =
        program.add_subcommand("enqueue", "put a job into the queue; of a page's chunks one each");
    command->add_option("TYPE", asked->type, "job type, as `almagest contracts list` names it")
        ->required();
    command->add_option("--page", asked->page, "source_page_id, for types that read pages");
    command->add_option("--payload", asked->payload, "a JSON object for the type's procedure");
    command->add_option("--chunk", asked->chunk,
                        "chunk_id, for types that read chunks; without it all of the page");
    command->add_option("--priority", asked->priority, "0 to 100, greater is sooner");
    command->callback([&action, asked] {
        action = [asked](Session& session) { return enqueue(session, *asked); };
    });
}

}  // namespace almagest::cli
