#include "system/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <vector>

#include "error/error.h"

namespace almagest::system {
namespace {

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * count);
    for (std::size_t i = 0; i < count; ++i) {
        text += digits[bytes[i] >> 4U];
        text += digits[bytes[i] & 15U];
    }
    return text;
}

}  // namespace

std::string random_secret(std::size_t bytes) {
    std::vector<unsigned char> random(bytes);
    if (RAND_bytes(random.data(), static_cast<int>(bytes)) != 1)
        throw PermanentError("this machine gives no random bytes, so no key can be made");
    return hexadecimal(random.data(), bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(),
             digest.data(), &size) == nullptr)
        throw PermanentError("OpenSSL offers no HMAC-SHA-256");
    return hexadecimal(digest.data(), size);
}

bool is_same_secret(std::string_view first, std::string_view second) {
    // Digests under a key of the moment have one length, and tell nothing of the texts.
    static const auto key = random_secret();
    const auto a = hmac_sha256(key, first);
    const auto b = hmac_sha256(key, second);
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace almagest::system
