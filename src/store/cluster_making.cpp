#include "store/cluster_making.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "error/error.h"
#include "store/child_process.h"
#include "store/cluster_configuration.h"
#include "store/cluster_server.h"
#include "store/postgres_programs.h"
#include "system/descriptor.h"

namespace almagest::store {
namespace fs = std::filesystem;
namespace {

/// Removes a folder unless it was kept.
class Scaffold {
  public:
    explicit Scaffold(fs::path folder) : folder_(std::move(folder)) { remove(); }
    ~Scaffold() {
        if (!kept_) {
            remove();
        }
    }
    Scaffold(const Scaffold&) = delete;
    Scaffold& operator=(const Scaffold&) = delete;
    void keep() { kept_ = true; }

  private:
    void remove() const {
        std::error_code none;
        fs::remove_all(folder_, none);
    }
    fs::path folder_;
    bool kept_ = false;
};

std::string first_line(const fs::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

void require_disk_space(const fs::path& folder, std::uint64_t megabytes) {
    struct statvfs disk {};
    if (::statvfs(folder.c_str(), &disk) != 0) {
        throw PermanentError(fmt::format("{} cannot be looked at: {}", folder.string(),
                                         std::generic_category().message(errno)));
    }
    const auto available =
        static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize / (1024 * 1024);
    if (available < megabytes) {
        throw PermanentError(
            fmt::format("{} has {} MB free, but a new database needs {} MB "
                        "(cluster.minimum_free_megabytes); free "
                        "some space or set ALMAGEST_HOME to another disk",
                        folder.string(), available, megabytes));
    }
}

void require_success(const ProgramResult& result, const std::string& step) {
    // A server in single-user mode goes on after an error and ends with 0.
    const bool complained = result.output.find("ERROR:") != std::string::npos ||
                            result.output.find("FATAL:") != std::string::npos;
    if (result.status != 0 || complained) {
        throw TransientError(
            fmt::format("the private database cluster could not be made: {} failed: {}", step,
                        last_lines(result.output)));
    }
}

void initialise(const PostgresPrograms& programs, const ClusterPlace& place) {
    // Collation by bytes sorts alike everywhere; letters of all scripts still fold.
    require_success(
        run_program({(programs.folder / "initdb").string(), "--pgdata", place.data().string(),
                     "--username=almagest", "--auth-local=peer", "--auth-host=reject",
                     "--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "--data-checksums",
                     "--no-sync", "--no-instructions"},
                    acting_as(place.account)),
        "initdb");
}

void make_database(const PostgresPrograms& programs, const ClusterPlace& place) {
    require_success(run_program({(programs.folder / "postgres").string(), "--single", "-D",
                                 place.data().string(), "-F", "template1"},
                                acting_as(place.account), "CREATE DATABASE almagest;\n"),
                    "CREATE DATABASE");
}

void configure(const ClusterPlace& place) {
    write_as_service(place, place.data() / "pg_hba.conf", access_rules());
    write_as_service(place, place.data() / "pg_ident.conf",
                     identity_map(invoking_account(), place.account));
    write_as_service(place, place.data() / "postgresql.conf",
                     "include_if_exists 'almagest.conf'\n");
}

/// Everything on this disk: one flush instead of one for each of a thousand files.
void flush(const fs::path& folder) {
    const system::Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor || ::syncfs(descriptor.get()) != 0) {
        throw TransientError(fmt::format("{} could not be written to disk: {}", folder.string(),
                                         std::generic_category().message(errno)));
    }
}

void make_shared_root(const fs::path& folder) {
    std::error_code problem;
    if (fs::create_directory(folder, problem)) {
        fs::permissions(folder, fs::perms(0755));
    }
    if (problem) {
        throw PermanentError(
            fmt::format("{} cannot be made: {}", folder.string(), problem.message()));
    }
}

/// A cluster of an earlier home of the same path, deleted without `almagest db stop`.
void remove_orphan(const config::ClusterSettings& settings, const ClusterPlace& place,
                   const fs::path& home) {
    if (!fs::exists(fs::symlink_status(place.folder))) {
        return;
    }
    if (first_line(place.home_mark()) != home.string()) {
        throw PermanentError(fmt::format("{} was made for another home than {}; move it away",
                                         place.folder.string(), home.string()));
    }
    if (fs::exists(place.data() / "PG_VERSION")) {
        stop_server(settings, place);
    }
    fs::remove_all(place.folder);
}

void link_to(const fs::path& folder, const fs::path& link) {
    auto fresh = link;
    fresh += ".link";
    fs::remove(fresh);
    fs::create_symlink(folder, fresh);
    fs::rename(fresh, link);
}

void build(const PostgresPrograms& programs, const ClusterPlace& place, const fs::path& home) {
    auto making = place;
    making.folder += ".making";
    Scaffold scaffold(making.folder);
    make_private_folder(making.folder, making.account);
    initialise(programs, making);
    make_database(programs, making);
    configure(making);
    write_as_service(making, making.home_mark(), home.string() + "\n");
    flush(making.folder);
    fs::rename(making.folder, place.folder);
    scaffold.keep();
}

}  // namespace

void mark_home(const ClusterPlace& place, const config::Places& places) {
    const auto home = fs::canonical(places.home).string();
    if (first_line(place.home_mark()) != home) {
        write_as_service(place, place.home_mark(), home + "\n");
    }
}

ClusterPlace make_cluster(const config::ClusterSettings& settings, const config::Places& places) {
    const auto programs = find_postgres(settings.bin_folder, std::nullopt);
    const auto home = fs::canonical(places.home);
    const auto place = place_for_new_cluster(places, service_account());
    const bool elsewhere = place.folder.parent_path() != home;
    if (elsewhere) {
        make_shared_root(place.folder.parent_path());
        remove_orphan(settings, place, home);
    }
    require_disk_space(place.folder.parent_path(), settings.minimum_free_megabytes);
    build(programs, place, home);
    if (elsewhere) {
        link_to(place.folder, places.cluster());
    }
    return place;
}

}  // namespace almagest::store
