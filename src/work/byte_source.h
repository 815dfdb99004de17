#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

namespace almagest::work {

/// A file, or standard input ("-"), read block by block. One thread.
class ByteSource {
  public:
    using OnBytes = std::function<void(std::uint64_t)>;

    /// `on_bytes` is told how many bytes were read just now. Throws PermanentError when the file
    /// cannot be opened.
    explicit ByteSource(const std::filesystem::path& path, OnBytes on_bytes = {});

    /// The first block, without taking it; "" of an empty file.
    [[nodiscard]] std::string_view head();
    /// The next block, "" at the end; valid until the next call. Throws PermanentError when
    /// reading fails.
    [[nodiscard]] std::string_view next();
    /// All that is left. Throws PermanentError when it is more than `limit` bytes.
    [[nodiscard]] std::string rest(std::uint64_t limit);

  private:
    void read();

    std::ifstream file_;
    std::istream* in_;
    OnBytes on_bytes_;
    std::string block_;
    std::size_t filled_ = 0;
    bool peeked_ = false;
};

}  // namespace almagest::work
