#include "work/public_address.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace almagest::work {
namespace {

struct Block {
    std::uint32_t address;
    unsigned bits;
};

constexpr std::uint32_t ipv4(unsigned a, unsigned b, unsigned c = 0) {
    return (a << 24U) | (b << 16U) | (c << 8U);
}

// IANA's special-purpose registry
constexpr std::array<Block, 15> kNotPublic = {{{ipv4(0, 0), 8},
                                               {ipv4(10, 0), 8},
                                               {ipv4(100, 64), 10},
                                               {ipv4(127, 0), 8},
                                               {ipv4(169, 254), 16},
                                               {ipv4(172, 16), 12},
                                               {ipv4(192, 0, 0), 24},
                                               {ipv4(192, 0, 2), 24},
                                               {ipv4(192, 88, 99), 24},
                                               {ipv4(192, 168), 16},
                                               {ipv4(198, 18), 15},
                                               {ipv4(198, 51, 100), 24},
                                               {ipv4(203, 0, 113), 24},
                                               {ipv4(224, 0), 4},
                                               {ipv4(240, 0), 4}}};

bool is_public_ipv4(std::uint32_t address) {
    return std::none_of(kNotPublic.begin(), kNotPublic.end(), [address](const Block& block) {
        return (address >> (32U - block.bits)) == (block.address >> (32U - block.bits));
    });
}

std::uint32_t four_bytes(const std::array<std::uint8_t, 16>& bytes, std::size_t at) {
    return (std::uint32_t{bytes[at]} << 24U) | (std::uint32_t{bytes[at + 1]} << 16U) |
           (std::uint32_t{bytes[at + 2]} << 8U) | bytes[at + 3];
}

bool is_public_ipv6(const std::array<std::uint8_t, 16>& bytes) {
    const std::uint32_t first = four_bytes(bytes, 0);
    const auto all_zero = [&bytes](std::size_t from, std::size_t to) {
        return std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                           bytes.begin() + static_cast<std::ptrdiff_t>(to),
                           [](std::uint8_t byte) { return byte == 0; });
    };
    if (first == 0 && all_zero(4, 10) && bytes[10] == 0xFF && bytes[11] == 0xFF)
        return is_public_ipv4(four_bytes(bytes, 12));  // ::ffff:a.b.c.d
    if (first == 0x0064FF9BU && all_zero(4, 12)) return is_public_ipv4(four_bytes(bytes, 12));
    if ((first >> 16U) == 0x2002U) return is_public_ipv4(four_bytes(bytes, 2));  // 6to4
    if ((first >> 29U) != 1U) return false;                          // only 2000::/3 is routed
    if (first == 0x20010000U || first == 0x20010DB8U) return false;  // Teredo, documentation
    return true;
}

}  // namespace

bool is_public(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in ip{};
        std::memcpy(&ip, &address, sizeof ip);
        return is_public_ipv4(ntohl(ip.sin_addr.s_addr));
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 ip{};
        std::memcpy(&ip, &address, sizeof ip);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &ip.sin6_addr, bytes.size());
        return is_public_ipv6(bytes);
    }
    return false;
}

}  // namespace almagest::work
