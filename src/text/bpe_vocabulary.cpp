#include "text/bpe_vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

#include "error/error.h"

namespace almagest::text {
namespace {

constexpr std::size_t kLongestShort = 8;
constexpr std::size_t kLongestToken = 65'535;

template <typename Word>
std::uint64_t word_at(const char* bytes) {
    Word word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

/// 1 to 8 bytes as a number.
std::uint64_t key_of(std::string_view bytes) {
    const auto* data = bytes.data();
    const auto length = bytes.size();
    if (length >= 4) {
        return word_at<std::uint32_t>(data) | word_at<std::uint32_t>(data + length - 4)
                                                  << (8 * (length - 4));
    }
    if (length >= 2) {
        return word_at<std::uint16_t>(data) | word_at<std::uint16_t>(data + length - 2)
                                                  << (8 * (length - 2));
    }
    return word_at<std::uint8_t>(data);
}

std::uint64_t mixed(std::uint64_t value) {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15ULL;
    value *= odd;
    return value ^ (value >> 32U);
}

/// Of more than 8 bytes.
std::uint64_t hash_of(std::string_view bytes) {
    std::uint64_t hash = bytes.size();
    for (std::size_t at = 0; at + 8 < bytes.size(); at += 8) {
        hash = mixed(hash ^ word_at<std::uint64_t>(bytes.data() + at));
    }
    return mixed(hash ^ word_at<std::uint64_t>(bytes.data() + bytes.size() - 8));
}

/// The bits of a base64 digit; above 63 for anything else.
unsigned digit_of(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : 64;
}

std::optional<std::string> from_base64(std::string_view encoded) {
    if (encoded.empty() || encoded.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && encoded.ends_with('=')) {
        encoded.remove_suffix(1);
        ++padding;
    }
    std::string bytes;
    unsigned bits = 0;
    unsigned held = 0;
    for (const char c : encoded) {
        const auto digit = digit_of(c);
        if (digit > 63) return std::nullopt;
        bits = (bits << 6U) | digit;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held);
        bits &= (1U << held) - 1;
    }
    return bytes;
}

struct Entry {
    std::string token;
    std::uint32_t rank = 0;
};

/// nullopt unless the line is a token and its rank.
std::optional<Entry> entry_of(std::string_view line) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    auto token = from_base64(line.substr(0, space));
    const auto number = line.substr(space + 1);
    Entry entry;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), entry.rank);
    const bool is_number = read.ec == std::errc() && read.ptr == number.data() + number.size();
    if (!token || token->size() > kLongestToken || !is_number ||
        entry.rank == BpeVocabulary::kNone) {
        return std::nullopt;
    }
    entry.token = std::move(*token);
    return entry;
}

/// Slots of a table that is at most half full.
std::size_t slots_for(std::size_t tokens) {
    return std::bit_ceil(2 * tokens + 2);
}

}  // namespace

BpeVocabulary BpeVocabulary::load(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream content;
    if (!(content << in.rdbuf())) {
        throw UsageError(
            fmt::format("the vocabulary file {} cannot be read: give the path of a .tiktoken file",
                        file.string()));
    }
    return parse(content.view(), file.string());
}

BpeVocabulary BpeVocabulary::parse(std::string_view content, const std::string& name) {
    BpeVocabulary vocabulary;
    vocabulary.reserve(static_cast<std::size_t>(std::count(content.begin(), content.end(), '\n')) +
                       1);
    std::vector<bool> seen;
    std::size_t number = 0;
    for (std::size_t start = 0; start < content.size();) {
        ++number;
        const auto end = std::min(content.find('\n', start), content.size());
        auto line = content.substr(start, end - start);
        start = end + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        const auto entry = entry_of(line);
        if (!entry) {
            throw UsageError(fmt::format(
                "{}, line {}: a vocabulary has one token a line, its bytes in base64, a space and "
                "its rank; this is no .tiktoken file, or a damaged one",
                name, number));
        }
        if (vocabulary.rank(entry->token) != kNone) {
            throw UsageError(
                fmt::format("{}, line {}: the token stands there a second time; get "
                            "the vocabulary file anew",
                            name, number));
        }
        if (entry->rank >= content.size()) {
            throw UsageError(
                fmt::format("{}, line {}: rank {} is beyond what a file of this size "
                            "can hold; get the vocabulary file anew",
                            name, number, entry->rank));
        }
        if (seen.size() <= entry->rank) seen.resize(std::size_t{entry->rank} + 1);
        if (seen[entry->rank]) {
            throw UsageError(
                fmt::format("{}, line {}: rank {} is given a second time; get the "
                            "vocabulary file anew",
                            name, number, entry->rank));
        }
        seen[entry->rank] = true;
        vocabulary.add(entry->token, entry->rank);
    }
    const auto missing = std::find(vocabulary.bytes_.begin(), vocabulary.bytes_.end(), kNone);
    if (missing != vocabulary.bytes_.end()) {
        throw UsageError(fmt::format(
            "{} is no whole byte-level vocabulary: the byte 0x{:02x} is no token (of the 256 that "
            "must be, {} are missing); get the vocabulary file anew",
            name, missing - vocabulary.bytes_.begin(),
            std::count(vocabulary.bytes_.begin(), vocabulary.bytes_.end(), kNone)));
    }
    return vocabulary;
}

void BpeVocabulary::reserve(std::size_t tokens) {
    bytes_.fill(kNone);
    pairs_.assign(std::size_t{256} * 256, kNone);
    short_.resize(slots_for(tokens));
    long_.resize(slots_for(tokens));
}

std::size_t BpeVocabulary::short_slot(std::uint64_t key, std::size_t length) const {
    const auto mask = short_.size() - 1;
    auto slot = mixed(key + length) & mask;
    while (short_[slot].length != 0 && (short_[slot].key != key || short_[slot].length != length)) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

void BpeVocabulary::add(std::string_view token, std::uint32_t rank) {
    ++size_;
    longest_ = std::max(longest_, token.size());
    const auto byte_at = [token](std::size_t at) { return static_cast<unsigned char>(token[at]); };
    if (token.size() == 1) bytes_[byte_at(0)] = rank;
    if (token.size() == 2) pairs_[std::size_t{byte_at(0)} * 256 + byte_at(1)] = rank;
    const auto length = static_cast<std::uint32_t>(token.size());
    if (token.size() <= kLongestShort) {
        const auto key = key_of(token);
        short_[short_slot(key, token.size())] = {key, rank, length};
        return;
    }
    const auto hash = hash_of(token);
    const auto mask = long_.size() - 1;
    auto slot = hash & mask;
    while (long_[slot].length != 0) slot = (slot + 1) & mask;
    long_[slot] = {static_cast<std::uint32_t>(hash >> 32U), rank,
                   static_cast<std::uint32_t>(long_bytes_.size()), length};
    long_bytes_ += token;
}

std::uint32_t BpeVocabulary::rank(std::string_view bytes) const {
    if (bytes.empty() || bytes.size() > longest_) return kNone;
    if (bytes.size() <= kLongestShort) {
        return short_[short_slot(key_of(bytes), bytes.size())].rank;
    }
    const auto hash = hash_of(bytes);
    const auto tag = static_cast<std::uint32_t>(hash >> 32U);
    const auto mask = long_.size() - 1;
    for (auto slot = hash & mask; long_[slot].length != 0; slot = (slot + 1) & mask) {
        const auto& found = long_[slot];
        if (found.tag == tag && found.length == bytes.size() &&
            std::memcmp(long_bytes_.data() + found.offset, bytes.data(), bytes.size()) == 0) {
            return found.rank;
        }
    }
    return kNone;
}

}  // namespace almagest::text
