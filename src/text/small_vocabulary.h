#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/bpe_vocabulary.h"

// A vocabulary for tests: the 256 bytes and some tokens of English.
namespace almagest::text {

inline std::string base64_of(std::string_view bytes) {
    static constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string encoded;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto part = bytes.substr(at, 3);
        unsigned bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8U | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            encoded += i <= part.size() ? digits[bits >> (18 - 6 * i) & 63U] : '=';
        }
    }
    return encoded;
}

/// Tokens in the order of their ranks.
inline std::vector<std::string> small_vocabulary_tokens() {
    std::vector<std::string> tokens;
    for (int byte = 255; byte >= 0; --byte) tokens.emplace_back(1, static_cast<char>(byte));
    for (const auto* token :
         {"in",           " t",       "he",    "th",    "er",       "an",         " a",
          "re",           "ing",      "the",   "ee",    " the",     "aa",         "\n\n",
          "ed",           " s",       "ai",    "il",    "ail",      " sail",      "aaaa",
          "or",           "Or",       "Orl",   "Orla",  " Or",      " Orl",       " Orla",
          " sailed",      "ight",     "ig",    "ght",   "ht",       "li",         "ligh",
          "light",        "ho",       "us",    "use",   "house",    "  ",         "    ",
          " 18",          "18",       "187",   ".\n\n", " sailing", "lighthouse", "\xE6\xB0",
          "\xE6\xB0\xB8", "\xCC\x81", "sailed"}) {
        tokens.emplace_back(token);
    }
    return tokens;
}

inline std::string vocabulary_file(const std::vector<std::string>& tokens) {
    std::string content;
    for (std::size_t rank = 0; rank < tokens.size(); ++rank) {
        content += base64_of(tokens[rank]) + " " + std::to_string(rank) + "\n";
    }
    return content;
}

inline std::shared_ptr<const BpeVocabulary> small_vocabulary() {
    return std::make_shared<const BpeVocabulary>(
        BpeVocabulary::parse(vocabulary_file(small_vocabulary_tokens()), "small"));
}

}  // namespace almagest::text
