#include "text/code_points.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace almagest::text {
namespace {

constexpr std::size_t kStride = 64;  // code points between two checkpoints

constexpr std::uint64_t kLowestBits = 0x0101010101010101ULL;
constexpr std::uint64_t kHighestBits = 0x8080808080808080ULL;

/// The eight bytes from `at`.
std::uint64_t bytes_at(std::string_view utf8, std::size_t at) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, utf8.data() + at, sizeof bytes);
    return bytes;
}

bool starts_code_point(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::size_t ascii_run(std::string_view bytes, std::size_t from) {
    std::size_t at = from;
    for (std::uint64_t word = 0; at + sizeof word <= bytes.size(); at += sizeof word) {
        std::memcpy(&word, bytes.data() + at, sizeof word);
        if ((word & 0x8080808080808080ULL) != 0) break;
    }
    while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80U) ++at;
    return at - from;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const auto length = static_cast<std::int64_t>(bytes.size());
    std::int64_t at = 0;
    while (at < length) {
        at += static_cast<std::int64_t>(ascii_run(bytes, static_cast<std::size_t>(at)));
        if (at == length) break;
        UChar32 character = 0;
        U8_NEXT(data, at, length, character);
        if (character < 0) return false;
    }
    return true;
}

std::size_t code_point_count(std::string_view utf8) {
    constexpr std::size_t eight = 8;
    std::size_t count = 0;
    std::size_t at = 0;
    for (; at + eight <= utf8.size(); at += eight) {
        const auto begins = (~bytes_at(utf8, at) >> 7U | bytes_at(utf8, at) >> 6U) & kLowestBits;
        count += begins * kLowestBits >> 56U;
    }
    const auto rest = utf8.substr(at);
    return count +
           static_cast<std::size_t>(std::count_if(rest.begin(), rest.end(), starts_code_point));
}

CodePointIndex::CodePointIndex(std::string_view utf8) : text_(utf8) {
    checkpoints_.reserve(utf8.size() / kStride + 1);
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        // Eight characters of one byte each, none of which is a checkpoint.
        constexpr std::size_t eight = 8;
        const auto in_stride = code_points_ % kStride;
        if (in_stride != 0 && in_stride + eight <= kStride && at + eight <= utf8.size() &&
            (bytes_at(utf8, at) & kHighestBits) == 0) {
            code_points_ += eight;
            at += eight - 1;
            continue;
        }
        if (!starts_code_point(utf8[at])) continue;
        if (code_points_ % kStride == 0) checkpoints_.push_back(at);
        ++code_points_;
    }
}

std::size_t CodePointIndex::byte_of(std::size_t position) const {
    if (position > code_points_) {
        throw std::out_of_range("code point " + std::to_string(position) + " of a text of " +
                                std::to_string(code_points_));
    }
    if (position == code_points_) return text_.size();
    std::size_t at = checkpoints_[position / kStride];
    for (std::size_t left = position % kStride; left > 0; --left) {
        ++at;
        while (!starts_code_point(text_[at])) ++at;
    }
    return at;
}

std::size_t CodePointIndex::code_point_of(std::size_t offset) const {
    if (offset > text_.size()) {
        throw std::out_of_range("byte " + std::to_string(offset) + " of a text of " +
                                std::to_string(text_.size()) + " bytes");
    }
    if (offset == text_.size()) return code_points_;
    const auto next = std::upper_bound(checkpoints_.begin(), checkpoints_.end(), offset);
    if (next == checkpoints_.begin()) return 0;
    const auto checkpoint = static_cast<std::size_t>(next - checkpoints_.begin()) - 1;
    const std::size_t from = checkpoints_[checkpoint];
    return checkpoint * kStride + code_point_count(text_.substr(from, offset - from + 1)) - 1;
}

std::string_view CodePointIndex::slice(Range range) const {
    if (range.end < range.start) {
        throw std::out_of_range("a range of code points that ends before it starts");
    }
    const std::size_t from = byte_of(range.start);
    return text_.substr(from, byte_of(range.end) - from);
}

}  // namespace almagest::text
