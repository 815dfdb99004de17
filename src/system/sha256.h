#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace almagest::system {

/// SHA-256 (FIPS 180-4) by OpenSSL, fed in pieces. Throws PermanentError where the library offers
/// none.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void add(std::string_view bytes);
    /// In lower-case hexadecimal; ends the object's use.
    [[nodiscard]] std::string hexadecimal();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// Thread-safe.
[[nodiscard]] std::string sha256_of(std::string_view bytes);
/// Throws UsageError when the file cannot be read.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace almagest::system
