#include "store/cluster_server.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "error/error.h"
#include "store/child_process.h"
#include "store/cluster_configuration.h"
#include "store/conninfo.h"
#include "store/postgres_programs.h"

namespace almagest::store {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto between_looks = std::chrono::milliseconds(50);
constexpr std::uintmax_t longest_log = 16U << 20U;

int data_major(const ClusterPlace& place) {
    std::ifstream file(place.data() / "PG_VERSION");
    int major = 0;
    file >> major;
    if (major <= 0) {
        throw PermanentError(
            fmt::format("{} holds no PostgreSQL data any more; restore it from a backup, or move "
                        "{} away to start "
                        "with an empty database",
                        place.data().string(), place.folder.string()));
    }
    return major;
}

ProgramResult pg_ctl(const PostgresPrograms& programs, const ClusterPlace& place,
                     std::vector<std::string> arguments) {
    std::vector<std::string> command{(programs.folder / "pg_ctl").string(), "-D",
                                     place.data().string()};
    std::ranges::move(arguments, std::back_inserter(command));
    return run_program(command, acting_as(place.account));
}

bool has_process(const PostgresPrograms& programs, const ClusterPlace& place) {
    return pg_ctl(programs, place, {"status"}).status == 0;
}

std::string seconds(std::chrono::milliseconds time) {
    return std::to_string(std::max<long>(1, std::chrono::ceil<std::chrono::seconds>(time).count()));
}

std::uintmax_t log_size(const ClusterPlace& place) {
    std::error_code none;
    const auto size = fs::file_size(place.log(), none);
    return none ? 0 : size;
}

std::string log_since(const ClusterPlace& place, std::uintmax_t offset) {
    std::ifstream file(place.log(), std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void keep_log_short(const ClusterPlace& place) {
    if (log_size(place) > longest_log) {
        const auto old = place.log().string() + ".1";
        (void)run_program({"/bin/mv", "-f", place.log().string(), old}, acting_as(place.account));
    }
}

/// What a postmaster killed a moment ago still holds until its last child has ended.
bool predecessor_lingers(const std::string& log) {
    return log.find("is still in use") != std::string::npos ||
           log.find("already exists") != std::string::npos;
}

void launch(const PostgresPrograms& programs, const config::ClusterSettings& settings,
            const ClusterPlace& place) {
    const auto deadline = Clock::now() + settings.start_timeout;
    for (;;) {
        const auto offset = log_size(place);
        const auto started =
            pg_ctl(programs, place,
                   {"start", "--silent", "--wait", "--timeout", seconds(settings.start_timeout),
                    "--log", place.log().string()});
        if (started.status == 0) {
            return;
        }
        const auto log = log_since(place, offset);
        if (!predecessor_lingers(log) || Clock::now() > deadline) {
            throw TransientError(
                fmt::format("the private database server in {} did not start within {} s; the end "
                            "of its log: {}",
                            place.folder.string(), seconds(settings.start_timeout),
                            last_lines(log.empty() ? started.output : log)));
        }
        std::this_thread::sleep_for(between_looks);
    }
}

/// For a server that has a process but takes no connections yet: recovers, or is ending.
void await_running_server(const PostgresPrograms& programs, const config::ClusterSettings& settings,
                          const ClusterPlace& place) {
    const auto deadline = Clock::now() + settings.start_timeout;
    while (!takes_connections(place) && has_process(programs, place)) {
        if (Clock::now() > deadline) {
            throw TransientError(fmt::format(
                "the private database server in {} runs but takes no connections; see {}",
                place.folder.string(), place.log().string()));
        }
        std::this_thread::sleep_for(between_looks);
    }
}

}  // namespace

bool takes_connections(const ClusterPlace& place) {
    return PQping((place.conninfo() + " connect_timeout=5").c_str()) == PQPING_OK;
}

void start_server(const config::ClusterSettings& settings, const ClusterPlace& place) {
    if (takes_connections(place)) {
        return;
    }
    const auto programs = find_postgres(settings.bin_folder, data_major(place));
    await_running_server(programs, settings, place);
    if (takes_connections(place)) {
        return;
    }
    make_private_folder(place.socket, place.account);
    write_as_service(place, place.data() / "almagest.conf", server_configuration(settings, place));
    keep_log_short(place);
    launch(programs, settings, place);
}

bool stop_server(const config::ClusterSettings& settings, const ClusterPlace& place) {
    const auto programs = find_postgres(settings.bin_folder, data_major(place));
    if (!has_process(programs, place)) {
        return false;
    }
    const auto stopped = pg_ctl(
        programs, place, {"stop", "--silent", "--wait", "--mode", "fast", "--timeout", "60"});
    if (stopped.status != 0) {
        throw TransientError(fmt::format("the private database server in {} did not stop: {}",
                                         place.folder.string(), last_lines(stopped.output)));
    }
    return true;
}

void write_as_service(const ClusterPlace& place, const fs::path& file, const std::string& content) {
    const auto written = run_program(
        {"/bin/sh", "-c", R"(cat > "$1.new" && mv -f "$1.new" "$1")", "sh", file.string()},
        acting_as(place.account), content);
    if (written.status != 0) {
        throw TransientError(
            fmt::format("{} could not be written: {}", file.string(), last_lines(written.output)));
    }
}

std::string last_lines(const std::string& text) {
    constexpr std::size_t count = 5;
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();) {
        const auto end = std::min(text.find('\n', start), text.size());
        if (end > start) {
            lines.push_back(text.substr(start, end - start));
        }
        start = end + 1;
    }
    const auto from = lines.size() > count ? lines.size() - count : 0;
    return fmt::format(
        "{}", fmt::join(lines.begin() + static_cast<std::ptrdiff_t>(from), lines.end(), " | "));
}

}  // namespace almagest::store
