#include "cli/session.h"

#include <pthread.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "model/open_model.h"
#include "telemetry/log.h"

namespace almagest::cli {

const config::Places& Session::places() {
    if (!places_) places_ = config::find_places();
    return *places_;
}

const config::Settings& Session::settings() {
    if (settings_) return *settings_;
    std::optional<std::filesystem::path> over;
    if (config_file)
        over = *config_file;
    else if (const auto own = places().home / "almagest.yaml"; std::filesystem::exists(own))
        over = own;
    settings_ = config::load_settings(places().share / "config" / "almagest.yaml", over);
    const auto& log = settings_->log;
    telemetry::open_log(places().logs(), telemetry::level_from(log.level),
                        {log.maximum_megabytes * 1024 * 1024, log.files});
    return *settings_;
}

const contract::Registry& Session::registry() {
    if (!registry_) registry_ = contract::Registry::load(places().share / "contracts");
    return *registry_;
}

void Session::read_with(const std::optional<std::string>& model) {
    if (!model) return;
    auto name = model::model_name(settings(), places(), model);
    settings_->llm.read_with = std::move(name);
}

const store::Database& Session::database() {
    if (!database_) database_ = store::Database::open(settings(), places(), database_url);
    return *database_;
}

store::Connection& Session::connection() {
    if (connection_) return *connection_;
    connection_ = database().connect("command");
    return *connection_;
}

int Session::tenant_id() {
    if (!tenant_id_) tenant_id_ = store::Knowledge(connection()).ensure_tenant(tenant);
    return *tenant_id_;
}

nlohmann::json Session::rows(const std::string& query, const std::vector<std::string>& arguments) {
    return store::Knowledge(connection()).rows(query, arguments);
}

std::string operator_name() {
    std::array<char, 4096> space{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(getuid(), &entry, space.data(), space.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return "user " + std::to_string(getuid());
}

std::stop_token stop_on_signals() {
    static std::stop_source source;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([signals] {
        int signal = 0;
        sigwait(&signals, &signal);
        source.request_stop();
        sigwait(&signals, &signal);
        _exit(Exit::interrupted);
    }).detach();
    return source.get_token();
}

}  // namespace almagest::cli
