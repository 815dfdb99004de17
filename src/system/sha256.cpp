#include "system/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

#include "error/error.h"

namespace almagest::system {
namespace {

void require(int done) {
    if (done != 1)
        throw PermanentError("the cryptographic library cannot compute SHA-256; check libssl3");
}

}  // namespace

struct Sha256::Context {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest{EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    require(context_->digest ? EVP_DigestInit_ex(context_->digest.get(), EVP_sha256(), nullptr)
                             : 0);
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
    require(EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size()));
}

std::string Sha256::hexadecimal() {
    std::array<unsigned char, 32> digest{};
    require(EVP_DigestFinal_ex(context_->digest.get(), digest.data(), nullptr));
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string sha256_of(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.hexadecimal();
}

std::string sha256_of_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    Sha256 hash;
    std::vector<char> block(1U << 20U);
    while (in) {
        in.read(block.data(), static_cast<std::streamsize>(block.size()));
        hash.add({block.data(), static_cast<std::size_t>(in.gcount())});
    }
    if (!in.eof())
        throw UsageError(fmt::format("{} cannot be read: {}", file.string(),
                                     std::generic_category().message(errno)));
    return hash.hexadecimal();
}

}  // namespace almagest::system
