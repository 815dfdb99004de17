#include "store/job_listener.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "error/error.h"
#include "store/conninfo.h"

namespace almagest::store {
namespace {

struct ConnectionEnd {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ResultEnd {
    void operator()(PGresult* result) const { PQclear(result); }
};
struct NotificationEnd {
    void operator()(PGnotify* notification) const { PQfreemem(notification); }
};

/// An event that a stop can raise while poll() waits.
class WakeUp {
  public:
    WakeUp() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (descriptor_ < 0) throw TransientError("no file descriptor is left for an event");
    }
    ~WakeUp() { close(descriptor_); }
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;
    void raise() const {
        const std::uint64_t one = 1;
        // A full counter is raised already.
        [[maybe_unused]] const auto written = write(descriptor_, &one, sizeof one);
    }
    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
};

}  // namespace

struct JobListener::State {
    std::string conninfo;
    std::unique_ptr<PGconn, ConnectionEnd> connection;

    bool listen() {
        if (connection && PQstatus(connection.get()) == CONNECTION_OK) return true;
        connection.reset(PQconnectdb(conninfo.c_str()));
        if (PQstatus(connection.get()) != CONNECTION_OK) return false;
        const auto statement = fmt::format("LISTEN {}", jobs_channel);
        const std::unique_ptr<PGresult, ResultEnd> result(
            PQexec(connection.get(), statement.c_str()));
        return PQresultStatus(result.get()) == PGRES_COMMAND_OK;
    }

    /// Takes in what has arrived; was there a hint?
    bool take_hints() {
        if (PQconsumeInput(connection.get()) == 0) connection.reset();
        bool hinted = false;
        while (connection) {
            const std::unique_ptr<PGnotify, NotificationEnd> hint(PQnotifies(connection.get()));
            if (!hint) break;
            hinted = true;
        }
        return hinted;
    }
};

JobListener::JobListener(const Database& database) : state_(std::make_unique<State>()) {
    state_->conninfo = with_session_settings(database.conninfo(), "almagest listener");
}
JobListener::~JobListener() = default;
JobListener::JobListener(JobListener&&) noexcept = default;
JobListener& JobListener::operator=(JobListener&&) noexcept = default;

bool JobListener::wait(std::chrono::milliseconds patience, const std::stop_token& stop) {
    const WakeUp wake_up;
    const std::stop_callback on_stop(stop, [&] { wake_up.raise(); });
    const bool listening = state_->listen();
    if (listening && state_->take_hints()) return true;
    std::array<pollfd, 2> events{
        {{wake_up.descriptor(), POLLIN, 0},
         {listening ? PQsocket(state_->connection.get()) : -1, POLLIN, 0}}};
    const auto limit = std::clamp<std::int64_t>(patience.count(), 0, 60'000);
    if (::poll(events.data(), events.size(), static_cast<int>(limit)) <= 0) return false;
    return listening && events[1].revents != 0 && state_->take_hints();
}

}  // namespace almagest::store
