#include "store/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "error/error.h"

namespace almagest::store {

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    unsigned int length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) !=
            1 ||
        length != digest.size()) {
        throw PermanentError("the cryptographic library cannot compute SHA-256; check libssl3");
    }
    std::string hex;
    hex.reserve(2 * digest.size());
    for (const auto byte : digest) {
        fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
    }
    return hex;
}

}  // namespace almagest::store
