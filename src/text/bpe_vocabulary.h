#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::text {

/// The tokens of a byte-level BPE tokenizer with their ranks, which are their ids and say which
/// merge comes first. Unchanging, hence thread-safe.
class BpeVocabulary {
  public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;

    /// Reads a file in tiktoken's format: one token a line, base64, a space, its rank. Throws
    /// UsageError naming file and line for anything else, a token or rank that comes twice, and
    /// where one of the 256 bytes is no token.
    [[nodiscard]] static BpeVocabulary load(const std::filesystem::path& file);
    /// The same from memory; `name` stands for the file in errors.
    [[nodiscard]] static BpeVocabulary parse(std::string_view content, const std::string& name);

    /// kNone for bytes that are no token.
    [[nodiscard]] std::uint32_t rank(std::string_view bytes) const;
    [[nodiscard]] std::uint32_t rank_of_byte(unsigned char byte) const { return bytes_[byte]; }
    [[nodiscard]] std::uint32_t rank_of_pair(unsigned char first, unsigned char second) const {
        return pairs_[std::size_t{first} * 256 + second];
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    /// Bytes of the longest token.
    [[nodiscard]] std::size_t longest() const { return longest_; }

  private:
    BpeVocabulary() = default;
    void add(std::string_view token, std::uint32_t rank);
    void reserve(std::size_t tokens);

    /// Tokens of up to 8 bytes hold their bytes as the key. Length 0: a free slot.
    struct ShortSlot {
        std::uint64_t key = 0;
        std::uint32_t rank = kNone;
        std::uint32_t length = 0;
    };
    struct LongSlot {
        std::uint32_t tag = 0;
        std::uint32_t rank = kNone;
        std::uint32_t offset = 0;
        std::uint32_t length = 0;
    };
    [[nodiscard]] std::size_t short_slot(std::uint64_t key, std::size_t length) const;

    std::size_t size_ = 0;
    std::size_t longest_ = 0;
    std::array<std::uint32_t, 256> bytes_{};
    std::vector<std::uint32_t> pairs_;
    std::vector<ShortSlot> short_;  // sizes are powers of two
    std::vector<LongSlot> long_;
    std::string long_bytes_;
};

}  // namespace almagest::text
