#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// The lexical side of wikitext: what is no markup, which brackets belong together, entities.
namespace almagest::text {

/// Bytes that well-formed text does not contain; a block that was set aside stands between two.
inline constexpr char kBlockMark = '\x01';

/// Wikitext without comments, references and what else holds no text for people; the inside of
/// <nowiki>, <math>, <pre> and their like is written so that it is no markup any more.
[[nodiscard]] std::string without_opaque_parts(std::string_view wikitext);

enum class Bracket : std::uint8_t { template_call, parameter, link };

struct BracketPair {
    std::size_t end = 0;  ///< one past the closing brackets
    Bracket kind = Bracket::link;
    [[nodiscard]] std::size_t width() const { return kind == Bracket::parameter ? 3 : 2; }
};

/// Pairs of {{ }}, {{{ }}} and [[ ]] by where they open; what has no partner is in none.
using BracketPairs = std::unordered_map<std::size_t, BracketPair>;
[[nodiscard]] BracketPairs bracket_pairs(std::string_view wikitext);

/// The parts of [start, end) between the `separator`s that stand outside of brackets.
struct Part {
    std::size_t start = 0;
    std::size_t end = 0;
};
[[nodiscard]] std::vector<Part> split_outside(std::string_view wikitext, const BracketPairs& pairs,
                                              Part range, char separator, std::size_t most);

/// Writes the characters that mean something to wikitext as references to them.
[[nodiscard]] std::string as_references(std::string_view text);

/// "&amp;" and its like, numbered ones too, as the characters that they stand for.
[[nodiscard]] std::string decode_entities(std::string_view text);

[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::string ascii_lower(std::string_view text);

}  // namespace almagest::text
