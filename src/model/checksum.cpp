#include "model/checksum.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "error/error.h"
#include "model/private_file.h"

namespace almagest::model {
namespace {

class Sha256 {
  public:
    Sha256() {
        if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
            throw PermanentError("OpenSSL offers no SHA-256 on this machine");
        }
    }
    void add(const char* bytes, std::size_t count) {
        EVP_DigestUpdate(context_.get(), bytes, count);
    }
    [[nodiscard]] std::string hexadecimal() {
        std::array<unsigned char, 32> digest{};
        unsigned int size = 0;
        EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
        std::string result;
        for (const auto byte : digest) {
            result += fmt::format("{:02x}", byte);
        }
        return result;
    }

  private:
    struct Deleter {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Deleter> context_{EVP_MD_CTX_new()};
};

}  // namespace

std::string sha256_of(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes.data(), bytes.size());
    return hash.hexadecimal();
}

std::string sha256_of_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    Sha256 hash;
    std::vector<char> block(1U << 20U);
    while (in) {
        in.read(block.data(), static_cast<std::streamsize>(block.size()));
        hash.add(block.data(), static_cast<std::size_t>(in.gcount()));
    }
    if (!in.eof()) {
        throw UsageError(fmt::format("{} cannot be read: {}", file.string(), std::strerror(errno)));
    }
    return hash.hexadecimal();
}

std::string KnownChecksums::of(const std::filesystem::path& file) {
    struct stat now {};
    if (::stat(file.c_str(), &now) != 0) {
        throw UsageError(fmt::format("{} cannot be read: {}", file.string(), std::strerror(errno)));
    }
    const nlohmann::json stamp = {now.st_size,        now.st_mtim.tv_sec,  now.st_mtim.tv_nsec,
                                  now.st_ctim.tv_sec, now.st_ctim.tv_nsec, now.st_ino};
    const auto key = std::filesystem::absolute(file).lexically_normal().string();
    auto known = nlohmann::json::parse(read_if_there(store_), nullptr, false);
    if (!known.is_object()) {
        known = nlohmann::json::object();
    }
    if (const auto found = known.find(key);
        found != known.end() && found->value("stamp", nlohmann::json()) == stamp) {
        return found->value("sha256", "");
    }
    const auto sum = sha256_of_file(file);
    known[key] = {{"stamp", stamp}, {"sha256", sum}};
    make_private_folder(store_.parent_path());
    write_atomically(store_, known.dump(1) + "\n");
    return sum;
}

}  // namespace almagest::model
