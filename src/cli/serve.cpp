#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "review/web_server.h"
#include "work/metrics_server.h"

namespace almagest::cli {
namespace {

struct ServeOptions {
    std::string listen = "127.0.0.1:8420";
    bool allow_remote = false;
    std::vector<std::string> names;
};

review::Doors doors_of(const ServeOptions& options) {
    const auto address = work::listen_address(options.listen);
    if (!review::is_loopback(address.host) && !options.allow_remote)
        throw UsageError("\"" + options.listen +
                         "\" can be reached from other machines; add --allow-remote if that is "
                         "meant, and put a server that speaks TLS in front of it");
    return {address.host, address.port, options.names, options.allow_remote};
}

struct Opening {
    review::Reviewers reviewers;
    std::string link;  ///< what follows the server's address
};

Opening opening(Session& session) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment
    if (const char* token = std::getenv("ALMAGEST_SERVE_TOKEN"); token != nullptr)
        return {review::Reviewers::of_token(token, operator_name()), "/sign-in"};
    auto reviewers =
        review::Reviewers::of_file(session.places().home / "serve" / "reviewers", operator_name());
    auto link = "/open?token=" + reviewers.all().front().token;
    return {std::move(reviewers), std::move(link)};
}

void wait_for(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait(lock, stop, [] { return false; });
}

int serve(Session& session, const ServeOptions& options) {
    const auto stop = stop_on_signals();
    review::ServerOptions server_options;
    server_options.doors = doors_of(options);
    auto [reviewers, link] = opening(session);
    server_options.tenant_id = session.tenant_id();
    server_options.tenant = session.tenant;
    server_options.lake = session.places().lake();
    const review::WebServer server(session.database(), std::move(reviewers), server_options);
    if (!review::is_loopback(server_options.doors.host))
        std::cerr
            << "Other machines reach this address, and what they send and get, the token too, can "
               "be read on "
               "the way: put a server that speaks TLS in front of it (docs/review-page.md).\n";
    if (session.json)
        print_json({{"address", server.url()}, {"link", server.url() + link}});
    else
        std::cout << "The review page: open " << server.url() << link
                  << "\nIt runs until it is interrupted (Ctrl+C).\n";
    std::cout << std::flush;
    wait_for(stop);
    return Exit::done;
}

}  // namespace

void add_serve(CLI::App& program, Action& action) {
    auto options = std::make_shared<ServeOptions>();
    auto* command = program.add_subcommand("serve", "the review page, in a browser");
    command
        ->add_option("--listen", options->listen,
                     "where: HOST:PORT; port 0 takes a free one and names it")
        ->capture_default_str();
    command->add_flag("--allow-remote", options->allow_remote,
                      "let --listen be an address that other machines reach");
    command->add_option("--name", options->names,
                        "a further name that browsers know this server by, such as a proxy's");
    command->footer(
        "Examples:\n  almagest serve\n  almagest serve --listen 0.0.0.0:8420 --allow-remote --name "
        "review.example.org\nWho may open it stands in $ALMAGEST_HOME/serve/reviewers, a line a "
        "person: ROLE TOKEN NAME; a reader looks, a reviewer also decides. ALMAGEST_SERVE_TOKEN "
        "takes the place of that file.");
    command->callback([&action, options] {
        action = [options](Session& session) { return serve(session, *options); };
    });
}

}  // namespace almagest::cli
