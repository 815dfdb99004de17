#pragma once

#include <map>
#include <string>

namespace almagest::store {

/// libpq's connection parameters by keyword.
using ConnectionParameters = std::map<std::string, std::string>;

/// Writes them as a conninfo string.
[[nodiscard]] std::string make_conninfo(const ConnectionParameters& parameters);

/// Reads a URL or conninfo string. Throws UsageError, which does not repeat the text since it may
/// hold a password.
[[nodiscard]] ConnectionParameters parse_conninfo(const std::string& text);

/// `text` with our name, UTF-8 and timeouts added where it does not set them itself.
[[nodiscard]] std::string with_session_settings(const std::string& text,
                                                const std::string& application_name);

/// The server for a person to read: "database star at db.example:5432"; never the password.
[[nodiscard]] std::string describe_server(const std::string& text);

/// The SQLSTATE with which the server refuses a connection; "" when it cannot be reached at all.
/// Waits at most ten seconds for each answer.
[[nodiscard]] std::string refusal_sqlstate(const std::string& conninfo);

}  // namespace almagest::store
