#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "review/route.h"
#include "store/connection_pool.h"

namespace almagest::review {

/// What the JSON interface works on.
struct Desk {
    store::ConnectionPool* pool = nullptr;
    int tenant_id = 1;
    std::string tenant;
    std::filesystem::path lake;
};

/// Every route of the JSON interface but the description of itself. What `desk` points to must
/// outlive them. Handlers are thread-safe; they throw the errors of the store.
[[nodiscard]] std::vector<Route> routes(const Desk& desk);

/// Runs `body` with a connection of the pool whose statements are limited in time.
[[nodiscard]] nlohmann::json with_connection(
    const Desk& desk, const std::function<nlohmann::json(store::Connection&)>& body);

// Parts of routes(), one a file.
void add_exploration(const Desk& desk, std::vector<Route>& routes);
void add_identity(const Desk& desk, std::vector<Route>& routes);
void add_adjudication(const Desk& desk, std::vector<Route>& routes);

/// A text member of a body; "" where it is missing. Throws UsageError when it is no text, when it
/// is required and empty, or longer than `longest` bytes.
[[nodiscard]] std::string text_of(const nlohmann::json& body, const std::string& key,
                                  bool is_required = false, std::size_t longest = 10'000);
/// An id of a body. Throws UsageError when it is none.
[[nodiscard]] std::int64_t id_of(const nlohmann::json& body, const std::string& key);

/// Was a statement given up since it, or what it waited for, took too long?
[[nodiscard]] bool is_out_of_time(const std::exception& error);

/// What the interface answers to an error, and the log hears.
[[nodiscard]] Reply reply_to_error(const std::exception& error);

}  // namespace almagest::review
