#include "store/postgres_programs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "error/error.h"
#include "store/child_process.h"

namespace almagest::store {
namespace fs = std::filesystem;
namespace {

constexpr auto debian_folder = "/usr/lib/postgresql";

bool holds_server(const fs::path& folder) {
    return std::ranges::all_of(std::vector<std::string>{"initdb", "pg_ctl", "postgres"},
                               [&](const std::string& program) {
                                   return ::access((folder / program).c_str(), X_OK) == 0;
                               });
}

/// From "postgres (PostgreSQL) 15.20 (Debian …)"; 0 when it says something else.
int major_of(const fs::path& folder) {
    const auto answer =
        run_program({(folder / "postgres").string(), "--version"}, std::nullopt).output;
    constexpr std::string_view label = "(PostgreSQL) ";
    const auto found = answer.find(label);
    int major = 0;
    if (found != std::string::npos) {
        const auto start = answer.data() + found + label.size();
        std::from_chars(start, answer.data() + answer.size(), major);
    }
    return major;
}

std::vector<fs::path> folders_on_path() {
    std::vector<fs::path> folders;
    const auto* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        const auto end = rest.find(':');
        if (const fs::path folder = rest.substr(0, end); folder.is_absolute()) {
            folders.push_back(folder);
        }
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return folders;
}

std::vector<PostgresPrograms> installed() {
    std::vector<fs::path> folders;
    std::error_code none;
    for (const auto& version : fs::directory_iterator(debian_folder, none)) {
        folders.push_back(version.path() / "bin");
    }
    std::ranges::move(folders_on_path(), std::back_inserter(folders));
    std::vector<PostgresPrograms> found;
    for (const auto& folder : folders) {
        if (holds_server(folder)) {
            found.push_back({folder, major_of(folder)});
        }
    }
    return found;
}

std::vector<PostgresPrograms> named(const fs::path& folder) {
    if (!holds_server(folder)) {
        throw UsageError(
            fmt::format("cluster.bin_folder {} does not hold PostgreSQL's initdb, pg_ctl and "
                        "postgres; name the "
                        "folder that does, or leave it empty",
                        folder.string()));
    }
    return {{folder, major_of(folder)}};
}

}  // namespace

PostgresPrograms find_postgres(const std::string& bin_folder, std::optional<int> major) {
    const auto found = bin_folder.empty() ? installed() : named(bin_folder);
    const auto newest = std::ranges::max_element(found, {}, &PostgresPrograms::major);
    if (newest == found.end()) {
        throw UsageError(
            "PostgreSQL's server is not installed; install the package postgresql-15, or give "
            "another "
            "server with --database");
    }
    if (newest->major < oldest_postgres) {
        throw UsageError(
            fmt::format("PostgreSQL {} in {} is too old; install the package postgresql-15",
                        newest->major, newest->folder.string()));
    }
    if (!major) {
        return *newest;
    }
    const auto same = std::ranges::find(found, *major, &PostgresPrograms::major);
    if (same == found.end()) {
        throw UsageError(fmt::format(
            "the cluster's data is of PostgreSQL {}, but {} holds version {}; install the package "
            "postgresql-{}",
            *major, newest->folder.string(), newest->major, *major));
    }
    return *same;
}

}  // namespace almagest::store
