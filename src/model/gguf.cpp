#include "model/gguf.h"

#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <optional>

namespace almagest::model {
namespace {

static_assert(std::endian::native == std::endian::little, "GGUF is little-endian");

constexpr std::uint64_t most_keys = 10'000;
constexpr std::uint64_t longest_text = 1U << 20U;    // bytes
constexpr std::uint64_t longest_array = 10'000'000;  // elements
constexpr std::uint32_t text_type = 8;
constexpr std::uint32_t array_type = 9;
/// Bytes of a value, by type; 0: text, array, or none of the format's.
constexpr std::array<std::uint64_t, 13> value_bytes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

class Header {
  public:
    explicit Header(const std::filesystem::path& file) : in_(file, std::ios::binary) {}

    template <typename Number>
    std::optional<Number> number() {
        std::array<char, sizeof(Number)> bytes{};
        if (!in_.read(bytes.data(), bytes.size())) return std::nullopt;
        return std::bit_cast<Number>(bytes);
    }

    std::optional<std::string> text() {
        const auto length = number<std::uint64_t>();
        if (!length || *length > longest_text) return std::nullopt;
        std::string bytes(*length, '\0');
        if (!in_.read(bytes.data(), static_cast<std::streamsize>(*length))) return std::nullopt;
        return bytes;
    }

    bool skip(std::uint32_t type) {
        if (type == text_type) return text().has_value();
        if (type != array_type) return skip_bytes(type, 1);
        const auto element = number<std::uint32_t>();
        const auto count = number<std::uint64_t>();
        if (!element || !count || *count > longest_array || *element == array_type) return false;
        if (*element != text_type) return skip_bytes(*element, *count);
        for (std::uint64_t i = 0; i < *count; ++i)
            if (!text()) return false;
        return true;
    }

  private:
    bool skip_bytes(std::uint32_t type, std::uint64_t count) {
        if (type >= value_bytes.size() || value_bytes.at(type) == 0) return false;
        in_.seekg(static_cast<std::streamoff>(value_bytes.at(type) * count), std::ios::cur);
        return in_.good();
    }

    std::ifstream in_;
};

}  // namespace

GgufAttention gguf_attention(const std::filesystem::path& file) {
    constexpr std::uint32_t magic = 0x46554747;  // "GGUF"
    Header header(file);
    if (header.number<std::uint32_t>() != magic) return {};
    const auto version = header.number<std::uint32_t>();
    const auto tensors = header.number<std::uint64_t>();
    const auto keys = header.number<std::uint64_t>();
    if (!version || *version < 2 || *version > 3 || !tensors || !keys || *keys > most_keys)
        return {};
    GgufAttention found;
    for (std::uint64_t i = 0; i < *keys; ++i) {
        const auto key = header.text();
        const auto type = header.number<std::uint32_t>();
        if (!key || !type) return {};
        if (key->starts_with("tokenizer.")) break;
        if (key->ends_with(".attention.sliding_window")) found.has_sliding_window = true;
        if (*key == "general.architecture" && *type == text_type) {
            const auto name = header.text();
            if (!name) return {};
            found.architecture = *name;
        } else if (!header.skip(*type)) {
            return {};
        }
    }
    return found;
}

}  // namespace almagest::model
