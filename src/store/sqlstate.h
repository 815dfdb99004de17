#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "error/error.h"

namespace almagest::store {

/// The job's lease is not ours any more; whatever was written for it must be rolled back.
class LeaseLost : public Error {
  public:
    using Error::Error;
};

/// What a caller can do about an SQLSTATE.
enum class Remedy { lease_lost, usage, retry, none };

/// AL001 is a lost lease; AL002, AL004 and AL005 are usage; classes 08, 40 and 53, and 25006,
/// 25P03, 55P03, 57014 and 57P0x may succeed later; nothing helps against the rest.
[[nodiscard]] Remedy remedy_of(std::string_view sqlstate);

/// The SQLSTATE of an error thrown by this room, "" when it has none. Thread-safe.
[[nodiscard]] std::string sqlstate_of(const std::exception& error);

/// Throws the error type that fits `sqlstate`, with `sentence` as its text.
[[noreturn]] void throw_database_error(const std::string& sqlstate, const std::string& sentence);

/// A server's message in one line: no severity, then detail and hint, then, unless the SQLSTATE is
/// one of our own, where it happened and the SQLSTATE.
[[nodiscard]] std::string one_sentence(std::string_view server_message, std::string_view sqlstate);

/// The line of the statement that the server's message points at; 0 when it names none.
[[nodiscard]] int statement_line(std::string_view server_message);

/// To be called inside a catch block: translates the pqxx exception in flight into one of the above
/// and rethrows everything else untouched. `connection_lost`: the connection did not survive.
[[noreturn]] void rethrow_translated(bool connection_lost);

}  // namespace almagest::store
