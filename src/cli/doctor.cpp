#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

/// What one check found, as llm.fn_health tells it.
struct Finding {
    std::string check;
    std::string severity;  ///< well, notice or unwell
    std::string message;
    std::string remedy;
    json figure = nullptr;
};

Finding well(std::string check, std::string message, json figure = nullptr) {
    return {std::move(check), "well", std::move(message), "", std::move(figure)};
}
Finding unwell(std::string check, std::string message, std::string remedy, json figure = nullptr) {
    return {std::move(check), "unwell", std::move(message), std::move(remedy), std::move(figure)};
}

Finding disk_of(Session& session, const std::string& check, const std::filesystem::path& folder,
                const std::string& remedy) {
    constexpr std::uintmax_t megabyte = 1024ULL * 1024;
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    if (error) return unwell(check, folder.string() + ": " + error.message(), remedy);
    const auto free = space.available / megabyte;
    const auto wanted = session.settings().cluster.minimum_free_megabytes;
    const json figure = {{"free_megabytes", free}, {"wanted_megabytes", wanted}};
    const auto message = fmt::format("{} MB free under {}", grouped(free), folder.string());
    return free >= wanted ? well(check, message, figure)
                          : unwell(check, fmt::format("{}, {} MB are wanted", message, wanted),
                                   remedy, figure);
}

Finding check_disk(Session& session) {
    return disk_of(session, "disk", session.places().home,
                   "free some space (almagest db prune --dry-run tells what may go), or move "
                   "ALMAGEST_HOME to a larger disk");
}

Finding check_contracts(Session& session) {
    return well("contracts", fmt::format("{} valid", session.registry().all().size()));
}

Finding check_database(Session& session) {
    const auto rows = session.rows(
        "SELECT current_setting('server_version') AS version, "
        "pg_size_pretty(pg_database_size(current_database())) AS size, "
        "pg_database_size(current_database()) AS bytes");
    return well("database",
                fmt::format("PostgreSQL {}, {}", cell(rows[0]["version"]), cell(rows[0]["size"])),
                {{"bytes", rows[0]["bytes"]}});
}

/// Only where the server's disk is this machine's, and the server tells where its data lie.
std::vector<Finding> check_data_disk(Session& session) {
    const auto rows = session.rows(
        "SELECT s.setting AS folder FROM pg_settings s WHERE s.name = 'data_directory' "
        "AND (inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr())");
    std::error_code unreadable;
    if (rows.empty() || !std::filesystem::exists(rows[0]["folder"].get<std::string>(), unreadable))
        return {};
    return {disk_of(session, "data disk", rows[0]["folder"].get<std::string>(),
                    "free some space, or move the database to a larger disk: it stops when its "
                    "disk is full")};
}

std::vector<Finding> check_health(Session& session) {
    auto contracts = json::array();
    for (const auto& type : session.registry().all())
        contracts.push_back({{"job_type", type.job_type},
                             {"version", type.version.text()},
                             {"sha256", type.sha256}});
    const json limits = {
        {"contracts", contracts},
        {"transaction_seconds", session.settings().doctor.long_transaction_seconds}};
    std::vector<Finding> findings;
    for (const auto& row : session.rows("SELECT h.\"check\", h.severity, h.message, h.remedy, "
                                        "h.figure FROM llm.fn_health($1::jsonb) h",
                                        {limits.dump()}))
        findings.push_back(
            {row["check"], row["severity"], row["message"], cell(row["remedy"]), row["figure"]});
    return findings;
}

std::vector<Finding> look_at_everything(Session& session) {
    using Look = std::function<std::vector<Finding>(Session&)>;
    const auto one = [](Finding (*look)(Session&)) -> Look {
        return [look](Session& looked_at) { return std::vector{look(looked_at)}; };
    };
    const std::vector<std::pair<std::string, Look>> looks = {
        {"disk", one(check_disk)},         {"contracts", one(check_contracts)},
        {"database", one(check_database)}, {"data disk", check_data_disk},
        {"health", check_health},
    };
    std::vector<Finding> all;
    for (const auto& [check, look] : looks) {
        try {
            for (auto& finding : look(session)) all.push_back(std::move(finding));
        } catch (const Error& error) {
            all.push_back(unwell(check, error.what(), "see the sentence above"));
            if (check == "database") break;  // the rest would say the same again
        }
    }
    return all;
}

void print_finding(const Finding& finding) {
    const auto word = finding.severity == "well"     ? paint("well  ", Colour::green)
                      : finding.severity == "notice" ? paint("notice", Colour::yellow)
                                                     : paint("UNWELL", Colour::red);
    std::cout << fmt::format("{} {:<13} {}\n", word, finding.check, printable(finding.message));
    if (!finding.remedy.empty())
        std::cout << "                     → " << printable(finding.remedy) << "\n";
}

int doctor(Session& session) {
    (void)session.settings();  // a broken configuration ends here, with its own exit code
    std::filesystem::create_directories(session.places().home);
    const auto findings = look_at_everything(session);
    const bool healthy = std::none_of(findings.begin(), findings.end(), [](const auto& finding) {
        return finding.severity == "unwell";
    });
    if (!session.json) {
        for (const auto& finding : findings) print_finding(finding);
        return healthy ? Exit::done : Exit::failed;
    }
    auto document = json::array();
    for (const auto& finding : findings)
        document.push_back({{"check", finding.check},
                            {"severity", finding.severity},
                            {"message", finding.message},
                            {"remedy", finding.remedy},
                            {"figure", finding.figure}});
    print_json({{"healthy", healthy}, {"findings", document}});
    return healthy ? Exit::done : Exit::failed;
}

}  // namespace

void add_doctor(CLI::App& program, Action& action) {
    program.add_subcommand("doctor", "is all well, and if not, what to do")->callback([&action] {
        action = doctor;
    });
}

}  // namespace almagest::cli
