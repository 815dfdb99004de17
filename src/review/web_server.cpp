#include "review/web_server.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <thread>

#include "error/error.h"
#include "review/api.h"
#include "review/bounded_server.h"
#include "review/web_files.h"
#include "review/web_metrics.h"
#include "telemetry/log.h"
#include "work/queue_metrics.h"

namespace almagest::review {

using httplib::Request;
using httplib::Response;
using nlohmann::json;

namespace {

constexpr std::size_t threads = 32;  // a browser holds several connections open
constexpr std::size_t connections = 8;
constexpr int waiting_visitors = 256;
constexpr std::size_t longest_path = 512;
constexpr std::size_t longest_body = 1024UL * 1024;
constexpr const char* first_page = "/review/queue";
constexpr std::string_view assets = "/assets/";
constexpr std::string_view page_patterns[] = {
    "/review/queue", "/review/{page_id}", "/entity/{entity_id}",
    "/dashboard",    "/merges",           "/proposals"};

/// httplib's own options would let two processes share a port.
void take_port_alone(int socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

httplib::Headers headers_of_every_response() {
    return {{"Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
             "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
             "require-trusted-types-for 'script'; trusted-types 'none'"},
            {"X-Content-Type-Options", "nosniff"},
            {"X-Frame-Options", "DENY"},
            {"Referrer-Policy", "no-referrer"},
            {"Cross-Origin-Opener-Policy", "same-origin"},
            {"Cross-Origin-Resource-Policy", "same-origin"},
            {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
            {"Cache-Control", "no-store"}};
}

void answer(Response& response, const Reply& reply) {
    response.status = reply.status;
    response.set_content(reply.document.dump(-1, ' ', false, json::error_handler_t::replace),
                         "application/json");
}

void refuse(Response& response, int status, const std::string& sentence) {
    answer(response, {status, {{"error", sentence}}});
}

void send_file(Response& response, std::string_view name, int status = 200) {
    const auto found = embedded_files().find(name);
    const auto* type = media_type(name);
    if (found == embedded_files().end() || type == nullptr)
        return refuse(response, 404, "there is no such file");
    response.status = status;
    response.set_content(found->second.data(), found->second.size(), type);
}

/// What nobody may ask, whoever it is. Before any of the body is read.
std::optional<Refusal> check_shape(const Request& request) {
    if (request.path.size() > longest_path) return Refusal{414, "the address is too long"};
    if (request.method != "GET" && request.method != "HEAD" && request.method != "POST")
        return Refusal{405, "only GET, HEAD and POST are understood"};
    if (request.has_header("Content-Encoding"))
        return Refusal{415, "send the body as it is, not compressed"};
    if (request.method != "POST") return std::nullopt;
    if (request.get_header_value<std::uint64_t>("Content-Length") > longest_body)
        return Refusal{413, "the body is larger than 1 MiB"};
    const bool is_form = request.path == "/sign-in";
    if (!request.get_header_value("Content-Type")
             .starts_with(is_form ? "application/x-www-form-urlencoded" : "application/json"))
        return Refusal{415, is_form ? "send a form" : "send application/json"};
    return std::nullopt;
}

bool is_open_to_all(const Request& request) {
    return request.path == "/sign-in" || request.path == "/open" ||
           request.path == "/assets/sign-in.css";
}

bool is_page(std::string_view path) {
    for (const auto pattern : page_patterns)
        if (match(pattern, path)) return true;
    return path == "/";
}

/// `POST /review/{page_id}/adjudicate` is also under the interface's own roof.
std::string api_path(const std::string& path) {
    return match("/review/{page_id}/adjudicate", path) ? "/api/v1" + path : path;
}

}  // namespace

struct WebServer::State {
    State(const store::Database& database, Reviewers people, const ServerOptions& options)
        : pool(database, "review", connections),
          queue(database),
          routes(review::routes({&pool, options.tenant_id, options.tenant, options.lake})),
          server({}),
          reviewers(std::move(people)) {}

    [[nodiscard]] httplib::Server::HandlerResponse let_in(const Request& request,
                                                          Response& response);
    void get(const Request& request, Response& response);
    void post(const Request& request, Response& response);
    void sign_in(Response& response, const std::string& token) const;
    void ask_for_token(const Request& request, Response& response) const;
    void call(const Request& request, Response& response, const json& body);
    [[nodiscard]] Reply reply_of(const Route& route, const Call& call) const;
    void set_up(const Doors& doors);

    store::ConnectionPool pool;
    work::QueueMetrics queue;
    WebMetrics metrics;
    std::vector<Route> routes;
    BoundedServer server;
    Reviewers reviewers;
    std::unique_ptr<Gate> gate;  ///< made when the port is known
    std::string url;
    std::thread thread;
};

httplib::Server::HandlerResponse WebServer::State::let_in(const Request& request,
                                                          Response& response) {
    using enum httplib::Server::HandlerResponse;
    auto refusal = check_shape(request);
    if (!refusal) refusal = gate->check_origin(request);
    if (!refusal && !is_open_to_all(request)) {
        const auto visitor = gate->visitor(request);
        if (!visitor) {
            ask_for_token(request, response);
            return Handled;
        }
        if (request.method == "POST" && request.path != "/sign-out")
            refusal = Gate::check_change(*visitor);
    }
    if (!refusal) return Unhandled;
    refuse(response, refusal->status, refusal->sentence);
    return Handled;
}

void WebServer::State::ask_for_token(const Request& request, Response& response) const {
    response.set_header("WWW-Authenticate", "Bearer realm=\"almagest\"");
    if (request.method != "POST" && is_page(request.path))
        return send_file(response, "sign-in.html", 401);
    refuse(response, 401,
           "a token is needed: send Authorization: Bearer, or open the link that `almagest serve` "
           "printed");
}

void WebServer::State::sign_in(Response& response, const std::string& token) const {
    const auto cookie = gate->cookie_for(token);
    if (!cookie) return send_file(response, "sign-in.html", 401);
    response.set_header("Set-Cookie", *cookie);
    response.set_redirect(first_page, 303);  // so that the token does not stay in the address
}

void WebServer::State::get(const Request& request, Response& response) {
    const std::string_view path = request.path;
    if (path == "/open") return sign_in(response, request.get_param_value("token"));
    if (path == "/sign-in") return send_file(response, "sign-in.html");
    if (path == "/") return response.set_redirect(first_page, 302);
    if (path.starts_with(assets)) return send_file(response, path.substr(assets.size()));
    if (is_page(path)) return send_file(response, "index.html");
    if (path == "/api/openapi.json") return send_file(response, "openapi.json");
    if (path == "/metrics")
        return response.set_content(metrics.text() + queue.text(), telemetry::Metrics::kMediaType);
    call(request, response, json::object());
}

void WebServer::State::post(const Request& request, Response& response) {
    if (request.path == "/sign-in") return sign_in(response, request.get_param_value("token"));
    if (request.path == "/sign-out") {
        response.set_header("Set-Cookie", gate->forgetting_cookie());
        return answer(response, {200, json::object()});
    }
    auto body = request.body.empty() ? json::object() : json::parse(request.body, nullptr, false);
    if (!body.is_object()) return refuse(response, 400, "the body is not one JSON object");
    call(request, response, body);
}

Reply WebServer::State::reply_of(const Route& route, const Call& call) const {
    try {
        return route.handler(call);
    } catch (const TransientError& error) {
        // Most likely the database was started anew, and a fresh connection will do; not so where
        // it answered all the time and was too slow.
        if (route.method != "GET" || is_out_of_time(error)) throw;
        return route.handler(call);
    }
}

void WebServer::State::call(const Request& request, Response& response, const json& body) {
    const auto path = api_path(request.path);
    const auto method = request.method == "HEAD" ? "GET" : request.method;
    bool is_known = false;
    for (const auto& route : routes) {
        const auto parts = match(route.pattern, path);
        is_known = is_known || parts;
        if (!parts || route.method != method) continue;
        const auto visitor = gate->visitor(request);
        if (!visitor) return ask_for_token(request, response);  // ran out just now
        Call made{*visitor, *parts, {}, body};
        for (const auto& [name, value] : request.params) made.parameters.emplace(name, value);
        const auto began = std::chrono::steady_clock::now();
        Reply reply;
        try {
            reply = reply_of(route, made);
        } catch (const std::exception& error) {
            reply = reply_to_error(error);
        }
        if (reply.status == 503) response.set_header("Retry-After", "2");
        metrics.answered(route.pattern, reply.status, std::chrono::steady_clock::now() - began);
        if (reply.status == 200 && reply.document.contains("decided"))
            metrics.decided(body.value("decision", ""), reply.document["decided"].size());
        return answer(response, reply);
    }
    if (is_known) return refuse(response, 405, "this address does not take " + request.method);
    if (is_page(path) || request.get_header_value("Accept").find("text/html") != std::string::npos)
        return send_file(response, "index.html", 404);
    refuse(response, 404, "there is nothing at this address; /api/openapi.json lists what is");
}

void WebServer::State::set_up(const Doors& doors) {
    server.new_task_queue = [] { return new httplib::ThreadPool(threads); };
    server.set_socket_options(take_port_alone);
    server.set_payload_max_length(longest_body);
    server.set_keep_alive_timeout(3);  // what responses say of it; the bounds decide
    server.set_default_headers(headers_of_every_response());
    server.set_pre_routing_handler(
        [this](const Request& request, Response& response) { return let_in(request, response); });
    server.Get("/.*",
               [this](const Request& request, Response& response) { get(request, response); });
    server.Post("/.*",
                [this](const Request& request, Response& response) { post(request, response); });
    server.set_error_handler([](const Request&, Response& response) {
        if (response.body.empty())
            refuse(response, response.status, "the request was not understood");
    });
    server.set_exception_handler(
        [](const Request&, Response& response, const std::exception_ptr& cause) {
            try {
                std::rethrow_exception(cause);
            } catch (const std::exception& error) {
                answer(response, reply_to_error(error));
            } catch (...) {
                response.status = 500;
            }
        });
    auto known = doors;
    known.port = doors.port == 0                               ? server.bind_to_any_port(doors.host)
                 : server.bind_to_port(doors.host, doors.port) ? doors.port
                                                               : -1;
    if (known.port < 0)
        throw UsageError(fmt::format(
            "the pages cannot be served at {}:{}: the address is not this machine's or the port "
            "is in use; choose another with --listen, or port 0 for a free one",
            doors.host, doors.port));
    server.let_wait(waiting_visitors);
    gate = std::make_unique<Gate>(std::move(reviewers), std::move(known));
    url = "http://" + gate->address();
}

WebServer::WebServer(const store::Database& database, Reviewers reviewers,
                     const ServerOptions& options)
    : state_(std::make_unique<State>(database, std::move(reviewers), options)) {
    state_->set_up(options.doors);
    state_->thread = std::thread([this] { state_->server.listen_after_bind(); });
    while (!state_->server.is_running())
        std::this_thread::yield();  // an earlier stop would be lost
    telemetry::log(telemetry::Level::info, "the review pages are served at " + state_->url);
}

WebServer::~WebServer() {
    state_->server.stop();
    state_->thread.join();
}

const std::string& WebServer::url() const {
    return state_->url;
}

}  // namespace almagest::review
