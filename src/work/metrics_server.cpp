#include "work/metrics_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>

#include <charconv>
#include <exception>
#include <thread>

#include "error/error.h"
#include "telemetry/log.h"

namespace almagest::work {
namespace {

constexpr std::size_t requests_at_once = 2;
constexpr int longest_port = 65535;

[[noreturn]] void refuse(const std::string& text) {
    throw UsageError(fmt::format(
        "\"{}\" is no address to listen on; write HOST:PORT, such as 127.0.0.1:9464 or [::1]:9464 "
        "(port 0 takes a free one)",
        text));
}

/// httplib's own options would let two processes share a port, each getting half the scrapes.
void take_port_alone(int socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

void log_cause(const std::exception_ptr& cause) {
    try {
        std::rethrow_exception(cause);
    } catch (const std::exception& error) {
        telemetry::log(telemetry::Level::error, error.what());
    } catch (...) {
        telemetry::log(telemetry::Level::error, "the metrics could not be told");
    }
}

}  // namespace

ListenAddress listen_address(const std::string& text) {
    ListenAddress address;
    const auto colon = text.rfind(':');
    const auto port = colon == std::string::npos ? text : text.substr(colon + 1);
    auto host = colon == std::string::npos ? "" : text.substr(0, colon);
    const auto* end = port.data() + port.size();
    const auto [rest, failure] = std::from_chars(port.data(), end, address.port);
    if (failure != std::errc{} || rest != end || address.port < 0 || address.port > longest_port)
        refuse(text);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string::npos)
        refuse(text);
    if (host.find_first_of("/ []@") != std::string::npos || host.size() > 255) refuse(text);
    if (!host.empty()) address.host = host;
    return address;
}

struct MetricsServer::State {
    httplib::Server server;
    std::string url;
    std::thread thread;
};

MetricsServer::MetricsServer(const ListenAddress& address, const WorkMetrics& work,
                             QueueMetrics& queue)
    : state_(std::make_unique<State>()) {
    auto& server = state_->server;
    server.new_task_queue = [] { return new httplib::ThreadPool(requests_at_once); };
    server.set_socket_options(take_port_alone);
    server.set_payload_max_length(1024);
    server.Get("/metrics", [&work, &queue](const httplib::Request&, httplib::Response& response) {
        response.set_content(work.text() + queue.text(), telemetry::Metrics::kMediaType);
    });
    server.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
        response.set_content("ok\n", "text/plain; charset=utf-8");
    });
    server.set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, const std::exception_ptr& cause) {
            log_cause(cause);
            response.status = 500;
        });
    const int port = address.port == 0 ? server.bind_to_any_port(address.host)
                     : server.bind_to_port(address.host, address.port) ? address.port
                                                                       : -1;
    if (port < 0)
        throw UsageError(fmt::format(
            "metrics cannot be served at {}:{}: the address is not this machine's or the port is "
            "in use; choose another, or port 0 for a free one",
            address.host, address.port));
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    state_->url = fmt::format("http://{}:{}/metrics",
                              is_ipv6 ? "[" + address.host + "]" : address.host, port);
    state_->thread = std::thread([&server] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();  // a stop before that would be lost
    telemetry::log(telemetry::Level::info, "metrics are served at " + state_->url);
}

MetricsServer::~MetricsServer() {
    state_->server.stop();
    state_->thread.join();
}

const std::string& MetricsServer::url() const {
    return state_->url;
}

}  // namespace almagest::work
