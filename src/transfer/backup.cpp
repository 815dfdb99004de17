#include "transfer/backup.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "error/error.h"
#include "store/database.h"
#include "store/migrations.h"
#include "store/retention.h"
#include "transfer/new_folder.h"

namespace almagest::transfer {
namespace fs = std::filesystem;
namespace {

using nlohmann::ordered_json;

constexpr const char* kind = "backup";
constexpr const char* dump_name = "database.dump";
constexpr std::size_t block = 1UL << 20U;

/// Copies bytes; nullopt when there is no such file any more.
std::optional<WrittenFile> copied(const fs::path& from, const fs::path& folder,
                                  const std::string& name) {
    std::ifstream in(from, std::ios::binary);
    if (!in) {
        if (!fs::exists(from)) return std::nullopt;
        throw PermanentError(fmt::format("{} cannot be read", from.string()));
    }
    fs::create_directories((folder / name).parent_path());
    NewFile file(folder, name);
    std::vector<char> bytes(block);
    while (in) {
        in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        file.add({bytes.data(), static_cast<std::size_t>(in.gcount())});
    }
    if (in.bad()) throw PermanentError(fmt::format("{} cannot be read", from.string()));
    return file.close(NewFile::Sync::later);
}

/// Artifacts of the lake, by their names under it. What a program writes just now has another name.
std::vector<std::string> artifacts_in(const fs::path& lake) {
    std::vector<std::string> names;
    std::error_code none;
    for (auto at = fs::recursive_directory_iterator(lake, none);
         at != fs::recursive_directory_iterator(); at.increment(none)) {
        std::error_code gone;
        if (at->is_regular_file(gone) && !at->is_symlink(gone) && at->path().extension() == ".json")
            names.push_back(at->path().lexically_relative(lake).string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

void copy_lake(const fs::path& lake, const fs::path& folder, ordered_json& files,
               const std::stop_token& stop) {
    for (const auto& name : artifacts_in(lake)) {
        if (stop.stop_requested()) throw Stopped();
        if (const auto file = copied(lake / name, folder, "lake/" + name))
            files.push_back(described(*file));
    }
}

/// The folder that takes the lake's place, until it does.
class NewLake {
  public:
    explicit NewLake(fs::path lake)
        : lake_(std::move(lake)), fresh_(lake_.string() + ".restoring") {
        clear();
        fs::create_directories(fresh_);
    }
    ~NewLake() { clear(); }
    NewLake(const NewLake&) = delete;
    NewLake& operator=(const NewLake&) = delete;

    [[nodiscard]] const fs::path& path() const { return fresh_; }
    void take_place() const { exchange_folders(fresh_, lake_); }

  private:
    void clear() const {
        std::error_code ignored;
        fs::remove_all(fresh_, ignored);
    }
    fs::path lake_;
    fs::path fresh_;
};

/// Names in a manifest become paths, so they must not be able to leave their folder.
void require_inside(const std::string& name) {
    const fs::path path(name);
    bool inside = !name.empty() && path.is_relative();
    for (const auto& part : path) inside = inside && part != "..";
    if (!inside) throw PermanentError("the backup's manifest names a file outside of it");
}

}  // namespace

ordered_json back_up(const BackupPlaces& from, const fs::path& folder, bool replace,
                     const std::stop_token& stop) {
    NewFolder target(folder, kind, replace);
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    store::DatabaseCopy(from.conninfo, from.cluster, stop).dump(target.path() / dump_name);
    const auto dump = target.path() / dump_name;
    auto files = ordered_json::array(
        {described({dump_name, fs::file_size(dump), system::sha256_of_file(dump)})});
    copy_lake(from.lake, target.path(), files, stop);
    ordered_json manifest{{"almagest", kind},
                          {"made_at", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now))},
                          {"lake", from.lake.string()},
                          {"files", std::move(files)}};
    if (stop.stop_requested()) throw Stopped();
    target.publish(manifest);
    return manifest;
}

Backup::Backup(fs::path folder, std::stop_token stop)
    : folder_(std::move(folder)), stop_(std::move(stop)), manifest_(manifest_of(folder_, kind)) {
    if (manifest_.is_null())
        throw UsageError(fmt::format(
            "{} holds no backup; name a folder that `almagest db backup` made", folder_.string()));
    try {
        for (const auto& file : manifest_.at("files")) {
            if (stop_.stop_requested()) throw Stopped();
            const auto name = file.at("name").get<std::string>();
            require_inside(name);
            if (!fs::is_regular_file(folder_ / name))
                throw PermanentError(fmt::format("the backup lacks {}; use another", name));
            if (system::sha256_of_file(folder_ / name) != file.at("sha256"))
                throw PermanentError(
                    fmt::format("{} is not as it was written; use another backup", name));
        }
        (void)manifest_.at("lake").get<std::string>();
        (void)manifest_.at("made_at").get<std::string>();
    } catch (const nlohmann::json::exception&) {
        throw PermanentError(
            fmt::format("{} is damaged; use another backup", (folder_ / "manifest.json").string()));
    }
}

Restored Backup::restore(const BackupPlaces& to) const {
    Restored restored;
    restored.made_at = manifest_.at("made_at");
    const NewLake lake(to.lake);
    for (const auto& file : manifest_.at("files")) {
        if (stop_.stop_requested()) throw Stopped();
        const auto name = file.at("name").get<std::string>();
        restored.files += 1;
        restored.bytes += file.at("bytes").get<std::uint64_t>();
        if (name.starts_with("lake/"))
            (void)copied(folder_ / name, lake.path(), name.substr(std::string("lake/").size()));
    }
    sync_file_system(lake.path());
    store::DatabaseCopy(to.conninfo, to.cluster, stop_)
        .restore(folder_ / dump_name, [&](const std::string& conninfo) {
            store::Connection connection(conninfo, "almagest restore");
            (void)store::migrate(connection, to.share / "database");
            store::Retention retention(connection);
            (void)retention.ensure_partitions();
            retention.move_artifacts(manifest_.at("lake"), to.lake.string());
        });
    lake.take_place();
    return restored;
}

}  // namespace almagest::transfer
