#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::text {

/// A paragraph with the blank lines that follow it; paragraphs tile the text. Offsets in bytes.
struct Paragraph {
    std::size_t start = 0;
    std::size_t end = 0;
    bool heading = false;
};

[[nodiscard]] std::vector<Paragraph> paragraphs_of(std::string_view utf8);

/// Where a text may be cut, by byte offset. Sentences are found once a paragraph and kept, so that
/// long paragraphs stay linear.
class CutPlaces {
  public:
    CutPlaces(std::string_view text, std::string_view locale);

    [[nodiscard]] const std::vector<Paragraph>& paragraphs() const { return paragraphs_; }
    /// Index of the paragraph that holds byte `offset`.
    [[nodiscard]] std::size_t paragraph_at(std::size_t offset) const;
    /// Starts of the sentences of a paragraph, without its own start. The reference holds until
    /// the next call.
    [[nodiscard]] const std::vector<std::size_t>& sentence_starts(std::size_t paragraph);
    /// Places between words (else: between grapheme clusters) within (`from`, `to`), in order.
    [[nodiscard]] std::vector<std::size_t> word_starts(std::size_t from, std::size_t to) const;
    [[nodiscard]] std::vector<std::size_t> grapheme_starts(std::size_t from, std::size_t to) const;

  private:
    [[nodiscard]] bool splits_grapheme(std::size_t offset) const;

    std::string_view text_;
    std::string locale_;
    std::vector<Paragraph> paragraphs_;
    std::size_t known_paragraph_;
    std::vector<std::size_t> known_starts_;
};

}  // namespace almagest::text
