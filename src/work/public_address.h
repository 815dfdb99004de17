#pragma once

struct sockaddr;

namespace almagest::work {

/// Is this an address of the public internet: not loopback, private, link-local (where clouds keep
/// their metadata), shared, multicast, reserved or one of those inside of an IPv6 address?
/// Thread-safe.
[[nodiscard]] bool is_public(const sockaddr& address);

}  // namespace almagest::work
