#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/watch.h"
#include "error/error.h"
#include "store/operations.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

json depth(Session& session) {
    return session.rows(
        "SELECT job_type, status, jobs, oldest_age::text AS oldest_age, late, held, "
        "next_available_at::text AS next_available_at FROM llm.vw_queue_depth WHERE tenant = $1 "
        "ORDER BY job_type, status",
        {session.tenant});
}

json by_type(Session& session) {
    return session.rows(
        "SELECT job_type, waiting, running, failed, late, held, dead, done_last_minute, "
        "done_last_hour, service_level_seconds, max_running, paused_at::text AS paused_at, "
        "paused_reason, tenant_is_paused, extract(epoch FROM oldest_age)::float8 AS "
        "oldest_seconds, "
        "extract(epoch FROM next_retry_at - now())::float8 AS next_retry_seconds "
        "FROM llm.vw_queue_by_type WHERE tenant = $1 ORDER BY job_type",
        {session.tenant});
}

json spending(Session& session) {
    const auto rows = session.rows(
        "SELECT s.day::text AS day, s.tokens, s.cost, s.reserved_tokens, s.tokens_per_day, "
        "s.cost_per_day, to_char(s.held_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"') AS "
        "held_until, s.held_reason, s.waiting FROM llm.tenant t CROSS JOIN "
        "llm.fn_spending(t.tenant_id) s WHERE t.name = $1",
        {session.tenant});
    return rows.empty() ? json() : rows[0];
}

std::string spending_line(const json& spending) {
    if (spending.is_null() || spending["held_until"].is_null()) return "";
    return fmt::format("A spending limit of the day holds all until {}: {}.\n",
                       cell(spending["held_until"]), cell(spending["held_reason"]));
}

/// Of all tenants: runners ask one endpoint for whoever has work.
json circuits(Session& session) {
    return session.rows(
        "SELECT model, endpoint, state, runners, reason, since::text AS since, extract(epoch FROM "
        "clock_timestamp() - since)::float8 AS open_seconds, greatest(extract(epoch FROM retry_at "
        "- clock_timestamp()), 0)::float8 AS retry_seconds FROM llm.vw_circuit ORDER BY model, "
        "endpoint");
}

std::string circuit_lines(const json& circuits) {
    std::string lines;
    for (const auto& circuit : circuits) {
        const auto runners = circuit["runners"].get<std::int64_t>();
        const auto left = circuit["retry_seconds"].get<double>();
        lines += fmt::format(
            "The circuit to {} is {}: its endpoint {} has been failing for {} ({}), and the jobs "
            "that ask it wait, at {} runner{}; {}.\n",
            printable(cell(circuit["model"])), circuit["state"] == "open" ? "open" : "half open",
            printable(cell(circuit["endpoint"])),
            duration_text(circuit["open_seconds"].get<double>()),
            printable(cell(circuit["reason"])), runners, runners == 1 ? "" : "s",
            left > 0 ? "one is tried again in " + duration_text(left)
                     : std::string("the next one tries it again"));
    }
    return lines;
}

std::int64_t number(const json& row, const char* key) {
    return row[key].is_number() ? row[key].get<std::int64_t>() : 0;
}

std::int64_t sum(const json& rows, std::initializer_list<const char*> keys) {
    std::int64_t total = 0;
    for (const auto& row : rows)
        for (const auto* key : keys) total += number(row, key);
    return total;
}

/// What stops or bounds a type, and what comes next.
std::string remark(const json& row) {
    std::vector<std::string> parts;
    if (!row["paused_at"].is_null())
        parts.push_back(
            fmt::format("{}{}", row["tenant_is_paused"].get<bool>() ? "tenant paused" : "paused",
                        row["paused_reason"].is_null() ? "" : ": " + cell(row["paused_reason"])));
    if (!row["max_running"].is_null())
        parts.push_back(fmt::format("at most {} at once", number(row, "max_running")));
    if (number(row, "failed") > 0 && row["next_retry_seconds"].is_number()) {
        const auto seconds = row["next_retry_seconds"].get<double>();
        parts.push_back(seconds <= 0 ? "a retry is due"
                                     : "next retry in " + duration_text(seconds));
    }
    if (number(row, "held") > 0)
        parts.push_back(fmt::format("{} held by a paused backfill", number(row, "held")));
    return fmt::format("{}", fmt::join(parts, "; "));
}

std::string picture(const json& rows) {
    std::vector<std::vector<std::string>> cells;
    const auto count = [](const json& row, const char* key) {
        return number(row, key) == 0 ? std::string("-") : std::to_string(number(row, key));
    };
    for (const auto& row : rows)
        cells.push_back(
            {cell(row["job_type"]), count(row, "waiting"), count(row, "running"),
             count(row, "failed"), count(row, "late"), count(row, "dead"),
             row["oldest_seconds"].is_number() ? duration_text(row["oldest_seconds"].get<double>())
                                               : "",
             count(row, "done_last_minute"), count(row, "done_last_hour"), remark(row)});
    const auto to_do = sum(rows, {"waiting", "running", "failed"});
    const auto dead = sum(rows, {"dead"});
    std::string text;
    if (to_do + dead + sum(rows, {"held"}) == 0) text += "The queue is empty.\n";
    if (!rows.empty())
        text += table({"job type", "waiting", "running", "failed", "late", "dead", "oldest",
                       "done/min", "done/h", ""},
                      cells);
    if (to_do > 0) {
        const auto rate = sum(rows, {"done_last_minute"});
        text += fmt::format("{} to do", grouped(static_cast<std::uint64_t>(to_do)));
        if (rate > 0)
            text += fmt::format(
                " · {} a minute · about {} left", grouped(static_cast<std::uint64_t>(rate)),
                duration_text(60.0 * static_cast<double>(to_do) / static_cast<double>(rate)));
        text += "\n";
    }
    if (sum(rows, {"late"}) > 0)
        text +=
            "Late jobs are past the deadline of their type's service level: start more runners "
            "(`almagest work`), or see `almagest jobs bump --help`.\n";
    if (dead > 0)
        text += "Dead ones wait for a decision: `almagest jobs list --status DEADLETTER`.\n";
    return text;
}

std::string everything(Session& session) {
    return picture(by_type(session)) + spending_line(spending(session)) +
           circuit_lines(circuits(session));
}

int queue(Session& session, bool again) {
    if (session.json) {
        print_json({{"tenant", session.tenant},
                    {"queue", depth(session)},
                    {"types", by_type(session)},
                    {"spending", spending(session)},
                    {"circuits", circuits(session)}});
        return Exit::done;
    }
    if (again) return watch([&session] { return everything(session); });
    std::cout << everything(session);
    return Exit::done;
}

int tell(Session& session, const json& document, const std::string& sentence) {
    if (session.json)
        print_json(document);
    else
        std::cout << printable(sentence) << "\n";
    return Exit::done;
}

void require_one(const std::string& type, bool all) {
    if (type.empty() != all)
        throw UsageError(
            "say what: a job type, or --all for every job of the tenant (--tenant NAME)");
}

int pause(Session& session, const std::string& type, bool all, const std::string& reason) {
    require_one(type, all);
    store::Operations operations(session.connection());
    if (all)
        (void)operations.pause_tenant(operations.tenant_id(session.tenant), reason);
    else
        (void)operations.pause_type(type, reason);
    return tell(session, {{"paused", all ? session.tenant : type}},
                all ? fmt::format("No job of tenant {} is taken any more; those that run go on. "
                                  "`almagest queue resume --all` ends it.",
                                  session.tenant)
                    : fmt::format("No {} job is taken any more; those that run go on. `almagest "
                                  "queue resume {}` ends it.",
                                  type, type));
}

int resume(Session& session, const std::string& type, bool all) {
    require_one(type, all);
    store::Operations operations(session.connection());
    const bool was_paused = all ? operations.resume_tenant(operations.tenant_id(session.tenant))
                                : operations.resume_type(type);
    const auto& name = all ? session.tenant : type;
    return tell(session, {{"resumed", name}, {"was_paused", was_paused}},
                was_paused ? name + " goes on." : name + " was not paused.");
}

/// "none", or a whole number from 1.
std::optional<int> limit_of(const std::string& text) {
    if (text == "none") return std::nullopt;
    int number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < 1)
        throw UsageError(fmt::format(
            "\"{}\" is no limit: say how many jobs may run at once, from 1, or none", text));
    return number;
}

int limit(Session& session, const std::string& type, const std::string& text) {
    const auto most = limit_of(text);
    store::Operations(session.connection()).set_type_cap(type, most);
    return tell(session, {{"job_type", type}, {"max_running", most ? json(*most) : json()}},
                most ? fmt::format("At most {} {} jobs run at once, over all runners.", *most, type)
                     : fmt::format("{} jobs run without a limit.", type));
}

int share(Session& session, const std::string& tenant, std::optional<double> weight,
          const std::string& most) {
    if (!weight && most.empty()) throw UsageError("say what to change: --weight or --max-running");
    const auto max_running = most.empty() ? std::optional<int>() : limit_of(most).value_or(0);
    store::Operations operations(session.connection());
    operations.set_tenant_share(operations.tenant_id(tenant), weight, max_running);
    return tell(session, {{"tenant", tenant}}, "The share of tenant " + tenant + " is set.");
}

void add_pause(CLI::App& command, Action& action) {
    auto type = std::make_shared<std::string>();
    auto reason = std::make_shared<std::string>();
    auto all = std::make_shared<bool>(false);
    auto* pause_command =
        command.add_subcommand("pause", "let no more jobs of a type, or of a tenant, be taken");
    pause_command->add_option("TYPE", *type, "job type");
    pause_command->add_flag("--all", *all, "every type, of the tenant that --tenant names");
    pause_command->add_option("--reason", *reason, "for people: shown by `almagest queue`");
    pause_command->callback([&action, type, reason, all] {
        action = [=](Session& session) { return pause(session, *type, *all, *reason); };
    });
    auto* resume_command = command.add_subcommand("resume", "the end of a pause");
    resume_command->add_option("TYPE", *type, "job type");
    resume_command->add_flag("--all", *all, "the tenant that --tenant names");
    resume_command->callback([&action, type, all] {
        action = [=](Session& session) { return resume(session, *type, *all); };
    });
}

void add_limits(CLI::App& command, Action& action) {
    auto type = std::make_shared<std::string>();
    auto most = std::make_shared<std::string>();
    auto* limit_command = command.add_subcommand("limit", "how many jobs of a type run at once");
    limit_command->add_option("TYPE", *type, "job type")->required();
    limit_command->add_option("N", *most, "a number from 1, or none")->required();
    limit_command->callback([&action, type, most] {
        action = [=](Session& session) { return limit(session, *type, *most); };
    });
    auto tenant = std::make_shared<std::string>();
    auto weight = std::make_shared<std::optional<double>>();
    auto* share_command = command.add_subcommand("share", "a tenant's share of the runners");
    share_command->add_option("TENANT", *tenant, "the tenant's name")->required();
    share_command->add_option("--weight", *weight, "1 is usual; 2 gets twice as much");
    share_command->add_option("--max-running", *most, "jobs at once, or none");
    share_command->callback([&action, tenant, weight, most] {
        action = [=](Session& session) { return share(session, *tenant, *weight, *most); };
    });
}

}  // namespace

void add_queue(CLI::App& program, Action& action) {
    auto again = std::make_shared<bool>(false);
    auto* command = program.add_subcommand("queue", "how deep the queue is, and what governs it");
    command->add_flag("--watch", *again, "again every two seconds, until Ctrl-C");
    command->footer(
        "Examples:\n  almagest queue --watch\n  almagest queue pause entity_extraction --reason "
        "\"new prompt tomorrow\"\n  almagest queue limit entity_extraction 8\n  almagest queue "
        "share museum --weight 2 --max-running 16\n"
        "\"late\" jobs are past their deadline: their type's service level after being enqueued, "
        "sooner or later by their priority.");
    add_pause(*command, action);
    add_limits(*command, action);
    command->callback([&action, command, again] {
        if (command->get_subcommands().empty())
            action = [again](Session& session) { return queue(session, *again); };
    });
}

}  // namespace almagest::cli
