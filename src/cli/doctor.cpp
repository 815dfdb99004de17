#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <iostream>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

struct Finding {
    std::string what;
    bool healthy = true;
    std::string detail;
    std::string advice;
};

Finding well(std::string what, std::string detail) {
    return {std::move(what), true, std::move(detail), ""};
}
Finding unwell(std::string what, std::string detail, std::string advice) {
    return {std::move(what), false, std::move(detail), std::move(advice)};
}

Finding check_disk(Session& session) {
    constexpr std::uintmax_t megabyte = 1024 * 1024;
    std::error_code error;
    const auto space = std::filesystem::space(session.places().home, error);
    if (error)
        return unwell("disk", error.message(), "make the folder " + session.places().home.string());
    const auto free = space.available / megabyte;
    const auto detail =
        fmt::format("{} MB free under {}", grouped(free), session.places().home.string());
    return free >= session.settings().cluster.minimum_free_megabytes
               ? well("disk", detail)
               : unwell("disk", detail, "free some space, or move ALMAGEST_HOME to a larger disk");
}

Finding check_database(Session& session) {
    const auto rows = session.rows(
        "SELECT current_setting('server_version') AS version, "
        "pg_size_pretty(pg_database_size(current_database())) AS size");
    return well("database",
                fmt::format("PostgreSQL {}, {}", cell(rows[0]["version"]), cell(rows[0]["size"])));
}

Finding check_transactions(Session& session) {
    const auto rows = session.rows(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() "
        "AND xact_start < now() - interval '10 minutes'");
    const auto count = rows[0]["n"].get<std::int64_t>();
    return count == 0 ? well("transactions", "none is older than ten minutes")
                      : unwell("transactions",
                               fmt::format("{} older than ten minutes hold vacuum back", count),
                               "find them in pg_stat_activity and end them");
}

Finding check_contracts(Session& session) {
    return well("contracts", fmt::format("{} valid", session.registry().all().size()));
}

Finding check_queue(Session& session) {
    const auto rows = session.rows(
        "SELECT count(*) AS n, coalesce(extract(epoch FROM max(oldest_age))::bigint, 0) AS age "
        "FROM llm.vw_queue_depth WHERE tenant = $1 AND status IN ('NEW', 'FAILED')",
        {session.tenant});
    constexpr std::int64_t a_day = 86'400;
    const auto age = rows[0]["age"].get<std::int64_t>();
    const auto detail = fmt::format("the oldest waiting job is {} s old", age);
    return age < a_day ? well("queue", age == 0 ? "nothing waits" : detail)
                       : unwell("queue", detail, "start a runner: almagest work --drain");
}

Finding check_dead_letters(Session& session) {
    const auto rows = session.rows(
        "SELECT count(*) AS n FROM llm.vw_job WHERE tenant_id = $1 AND status = 'DEADLETTER'",
        {std::to_string(session.tenant_id())});
    const auto count = rows[0]["n"].get<std::int64_t>();
    return count == 0 ? well("dead letters", "none")
                      : unwell("dead letters", fmt::format("{} jobs gave up", count),
                               "see them with `almagest jobs list --status DEADLETTER`, then "
                               "`almagest jobs retry --dead`");
}

int doctor(Session& session) {
    const std::vector<std::pair<std::string, std::function<Finding(Session&)>>> checks = {
        {"disk", check_disk},         {"contracts", check_contracts},
        {"database", check_database}, {"transactions", check_transactions},
        {"queue", check_queue},       {"dead letters", check_dead_letters},
    };
    (void)session.settings();  // a broken configuration ends here, with its own exit code
    std::filesystem::create_directories(session.places().home);
    std::vector<Finding> findings;
    for (const auto& [what, look] : checks) {
        try {
            findings.push_back(look(session));
        } catch (const Error& error) {
            findings.push_back(unwell(what, error.what(), "see the sentence above"));
        }
    }
    bool healthy = true;
    auto document = json::array();
    for (const auto& finding : findings) {
        healthy = healthy && finding.healthy;
        document.push_back({{"what", finding.what},
                            {"healthy", finding.healthy},
                            {"detail", finding.detail},
                            {"advice", finding.advice}});
        if (session.json) continue;
        std::cout << fmt::format(
            "{} {:<13} {}\n",
            finding.healthy ? paint("well  ", Colour::green) : paint("UNWELL", Colour::red),
            finding.what, printable(finding.detail));
        if (!finding.healthy)
            std::cout << "                     → " << printable(finding.advice) << "\n";
    }
    if (session.json) print_json({{"healthy", healthy}, {"findings", document}});
    return healthy ? Exit::done : Exit::failed;
}

}  // namespace

void add_doctor(CLI::App& program, Action& action) {
    program.add_subcommand("doctor", "is all well, and if not, what to do")->callback([&action] {
        action = doctor;
    });
}

}  // namespace almagest::cli
