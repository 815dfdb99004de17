#include "store/sql_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>

#include "error/error.h"
#include "system/sha256.h"

namespace almagest::store {
namespace fs = std::filesystem;
namespace {

SqlFile read_file(const fs::path& folder, const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (stream.bad() || !stream.is_open()) {
        throw PermanentError(
            fmt::format("{} cannot be read; check its permissions", path.string()));
    }
    auto sha256 = system::sha256_of(text);
    return {path.lexically_relative(folder).generic_string(), std::move(text), std::move(sha256)};
}

/// Every .sql file under `below`, by name.
std::vector<SqlFile> read_all(const fs::path& folder, const std::string& below) {
    std::vector<SqlFile> files;
    if (fs::is_directory(folder / below)) {
        for (const auto& entry : fs::recursive_directory_iterator(folder / below)) {
            if (entry.is_regular_file() && entry.path().extension() == ".sql") {
                files.push_back(read_file(folder, entry.path()));
            }
        }
    }
    std::ranges::sort(files, {}, &SqlFile::name);
    return files;
}

std::string_view number_of(const SqlFile& migration) {
    constexpr std::size_t prefix = std::string_view("migrations/").size();
    return std::string_view(migration.name).substr(prefix, 4);
}

bool is_named_by_rule(std::string_view name) {
    constexpr std::string_view prefix = "migrations/";
    constexpr std::string_view suffix = ".sql";
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_word = [&](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; };
    name.remove_prefix(prefix.size());
    name.remove_suffix(suffix.size());
    return name.size() > 5 && std::ranges::all_of(name.substr(0, 4), is_digit) && name[4] == '_' &&
           std::ranges::all_of(name.substr(5), is_word);
}

void check_names(const std::vector<SqlFile>& migrations) {
    for (const auto& migration : migrations) {
        if (!is_named_by_rule(migration.name)) {
            throw PermanentError(
                fmt::format("{} is not named migrations/NNNN_name.sql; rename it", migration.name));
        }
    }
    const auto twice = std::ranges::adjacent_find(migrations, {}, number_of);
    if (twice != migrations.end()) {
        throw PermanentError(
            fmt::format("{} and {} have one number; renumber the one that is newer", twice->name,
                        std::next(twice)->name));
    }
}

}  // namespace

SqlFiles read_sql_files(const fs::path& folder) {
    SqlFiles files;
    files.migrations = read_all(folder, "migrations");
    if (files.migrations.empty()) {
        throw UsageError(
            fmt::format("there are no migrations under {}; point ALMAGEST_SHARE at the folder that "
                        "holds database/",
                        folder.string()));
    }
    check_names(files.migrations);
    files.objects = read_all(folder, "procedures");
    std::ranges::move(read_all(folder, "views"), std::back_inserter(files.objects));
    return files;
}

}  // namespace almagest::store
