#include "work/reading.h"

#include <atomic>

#include "error/error.h"
#include "model/open_model.h"
#include "store/calls.h"
#include "store/knowledge.h"
#include "telemetry/log.h"
#include "work/cached_model.h"

namespace almagest::work {
namespace {

constexpr unsigned remote_slots = 8;

nlohmann::json registration_of(const config::Settings& settings, const contract::JobType& type) {
    auto registration = type.settings;
    registration["on_demand"] = !runs_by_itself(settings, type);
    registration["version"] = type.version.text();
    registration["output_schema"] = type.output_schema;
    registration["input_schema"] = type.input_schema;
    registration["prompt"] = nlohmann::json::array();
    for (const auto& message : type.prompt)
        registration["prompt"].push_back({{"role", message.role}, {"text", message.text}});
    registration["sha256"] = type.sha256;
    return registration;
}

unsigned slots_for(const config::Settings& settings, const ReadingOptions& options) {
    if (options.slots) return *options.slots;
    if (settings.work.concurrency > 0) return settings.work.concurrency;
    return settings.llm.endpoint == "local" ? settings.llm.server_slots : remote_slots;
}

/// Estimates of tokens begin with what this model's earlier calls reported.
void remember_usage(model::ChatModel& model, const store::Database& database) {
    auto connection = database.connect("usage");
    std::int64_t characters = 0;
    std::int64_t tokens = 0;
    for (const auto& calls : store::Calls(connection).usual(std::nullopt, model.name())) {
        characters += calls.answered_characters;
        tokens += calls.answered_prompt_tokens;
    }
    model.remember_usage(static_cast<std::size_t>(characters), static_cast<std::size_t>(tokens));
}

/// Answers that are being recorded must come from the model.
std::unique_ptr<model::ChatModel> open_cached_model(const config::Settings& settings,
                                                    const config::Places& places,
                                                    const store::Database& database,
                                                    const ReadingOptions& options) {
    auto model = model::open_model(settings, places, options.model);
    remember_usage(*model, database);
    const bool records = options.model && options.model->starts_with("recording:");
    if (!settings.llm.cache || records) return model;
    return std::make_unique<CachedModel>(
        std::move(model), database,
        CachedModel::Options{settings.llm.endpoint, settings.llm.cache_days, options.metrics});
}

}  // namespace

std::vector<std::pair<std::string, std::string>> sync_contracts(
    store::Connection& connection, const config::Settings& settings,
    const contract::Registry& registry) {
    for (const auto& name : settings.contracts.enabled) {
        const auto& type = registry.find(name);
        if (!type.describes.empty())
            throw UsageError("contracts.enabled names " + name +
                             ", whose jobs are about entities, not pages; take it out");
    }
    for (const auto& profile : settings.llm.profiles)
        for (const auto& name : profile.reading) (void)registry.find(name);
    store::Knowledge knowledge(connection);
    store::Queue queue(connection);
    queue.set_limits(settings.queue.maximum_payload_bytes);
    queue.set_spending_limits(settings.limits.tokens_per_day, settings.limits.cost_per_day);
    std::vector<std::pair<std::string, std::string>> said;
    for (const auto& type : registry.all())
        said.emplace_back(type.job_type + " " + type.version.text(),
                          knowledge.register_job_type(registration_of(settings, type)));
    return said;
}

Reading read_on(const config::Settings& settings, const config::Places& places,
                const store::Database& database, const contract::Registry& registry,
                const ReadingOptions& options, const std::stop_token& stop) {
    const auto started = std::chrono::steady_clock::now();
    LazyModel model([&] { return open_cached_model(settings, places, database, options); });
    const lake::Lake lake(places.lake());
    std::atomic<std::uint64_t> streamed{0};

    Workshop workshop;
    workshop.settings = &settings;
    workshop.registry = &registry;
    workshop.lake = &lake;
    workshop.model = &model;
    store::ConnectionPool connections(database, "slots", settings.work.connections);
    workshop.connections = &connections;
    auto limits = settings.limits;
    limits.tokens_per_run = options.most_tokens;
    limits.cost_per_run = options.most_cost;
    Spending spending(settings.llm, limits, connections);
    workshop.spending = &spending;
    CircuitBreaker circuit;
    workshop.circuit = &circuit;
    workshop.waits_for_endpoint = !options.drain;
    workshop.metrics = options.metrics;
    workshop.on_tokens = [&](std::size_t tokens) { streamed += tokens; };

    auto counting = database.connect("progress");
    store::Queue queue(counting);
    DispatchOptions dispatch;
    dispatch.filter.job_types = options.job_types;
    dispatch.filter.source_page_ids = options.source_page_ids;
    dispatch.filter.min_priority = options.min_priority;
    if (options.tenant_id != 0) dispatch.filter.tenant_id = options.tenant_id;
    dispatch.slots = slots_for(settings, options);
    dispatch.drain = options.drain;
    dispatch.metrics = options.metrics;
    dispatch.circuit = &circuit;
    for (const auto& type : registry.all())
        if (!type.asks_model()) dispatch.types_without_model.push_back(type.job_type);
    const HandlerFactory make_handler = [&](const std::string& worker_id) {
        return std::make_unique<JobRunner>(workshop, worker_id);
    };
    dispatch.is_enough = [&] { return !spending.stopped_because().empty(); };
    const auto tell_progress = [&] {
        const auto at = queue.chunk_progress(options.tenant_id, options.source_page_ids);
        const auto totals = model.totals();
        options.on_progress({static_cast<std::uint64_t>(at.done),
                             static_cast<std::uint64_t>(at.chunks),
                             totals.prompt_tokens - totals.cached_tokens + streamed});
    };
    std::optional<CircuitNotice> notice;
    dispatch.on_tick = [&] {
        try {
            notice->tell();
            if (options.on_progress) tell_progress();
        } catch (const Error& error) {
            // The work goes on without being told of, also while the database is away.
            telemetry::log(telemetry::Level::debug, error.what());
        }
    };

    Reading reading;
    Dispatcher dispatcher(database, settings.work, make_handler, dispatch);
    workshop.notice =
        &notice.emplace(circuit, queue, dispatcher.process_id(), settings.llm.endpoint);
    reading.report = dispatcher.run(stop);
    reading.model = model.totals();
    reading.cost = spending.cost();
    reading.stopped_because = spending.stopped_because();
    reading.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started);
    return reading;
}

}  // namespace almagest::work
