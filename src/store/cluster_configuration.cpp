#include "store/cluster_configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "error/error.h"

namespace almagest::store {
namespace {

using Parameters = std::map<std::string, std::string>;

const Parameters& tuning() {
    static const Parameters parameters{
        {"max_connections", "100"},
        {"shared_buffers", "128MB"},
        {"work_mem", "16MB"},
        {"maintenance_work_mem", "64MB"},
        {"random_page_cost", "1.1"},
        {"jit", "off"},
        // Small machines, often containers with little shared memory: one process a query.
        {"max_parallel_workers_per_gather", "0"},
        // What was committed stays.
        {"fsync", "on"},
        {"full_page_writes", "on"},
        {"synchronous_commit", "on"},
        {"wal_compression", "on"},
        {"checkpoint_timeout", "15min"},
        {"checkpoint_completion_target", "0.9"},
        {"min_wal_size", "80MB"},
        {"max_wal_size", "1GB"},
        // The queue's table turns over all the time.
        {"autovacuum_naptime", "15s"},
        {"autovacuum_vacuum_scale_factor", "0.05"},
        {"autovacuum_vacuum_insert_scale_factor", "0.1"},
        {"autovacuum_analyze_scale_factor", "0.02"},
        {"autovacuum_vacuum_cost_limit", "1000"},
        {"timezone", "UTC"},
        {"log_timezone", "UTC"},
        {"log_line_prefix", "%m [%p] %a "},
        {"log_lock_waits", "on"},
    };
    return parameters;
}

void check(const std::string& name, const std::string& value) {
    static const std::set<std::string> ours{
        "listen_addresses", "port",       "unix_socket_directories", "unix_socket_permissions",
        "hba_file",         "ident_file", "data_directory",          "config_file"};
    const auto is_name_character = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    };
    if (name.empty() || !std::ranges::all_of(name, is_name_character)) {
        throw UsageError(
            fmt::format("cluster.parameters: `{}` is not the name of a PostgreSQL parameter; write "
                        "it in lower case",
                        name));
    }
    if (ours.contains(name)) {
        throw UsageError(
            fmt::format("cluster.parameters: {} cannot be changed, since Almagest reaches its "
                        "cluster over a private "
                        "Unix socket; use --database for a server of your own",
                        name));
    }
    if (value.find_first_of(std::string("\n\r\0", 3)) != std::string::npos) {
        throw UsageError(fmt::format("cluster.parameters: {} has a value of several lines", name));
    }
}

std::string assignment(const std::string& name, const std::string& value) {
    std::string quoted;
    for (const char character : value) {
        quoted += character;
        if (character == '\'' || character == '\\') {
            quoted += character;
        }
    }
    return fmt::format("{} = '{}'\n", name, quoted);
}

}  // namespace

std::string server_configuration(const config::ClusterSettings& settings,
                                 const ClusterPlace& place) {
    auto parameters = tuning();
    for (const auto& [name, value] : settings.parameters) {
        check(name, value);
        parameters[name] = value;
    }
    parameters["listen_addresses"] = "";
    parameters["port"] = "5432";
    parameters["unix_socket_permissions"] = "0700";
    // A list, in which only double quotes keep commas and spaces of a path together.
    parameters["unix_socket_directories"] = fmt::format("\"{}\"", place.socket.string());
    std::string text = "# Written by Almagest at every start; change cluster.parameters instead.\n";
    for (const auto& [name, value] : parameters) {
        text += assignment(name, value);
    }
    return text;
}

std::string access_rules() {
    return "local all all peer map=almagest\nlocal replication all peer map=almagest\n";
}

std::string identity_map(const Account& invoking, const Account& service) {
    std::string text;
    for (const auto& name : std::set<std::string>{"root", invoking.name, service.name}) {
        text += fmt::format("almagest \"{}\" almagest\n", name);
    }
    return text;
}

}  // namespace almagest::store
