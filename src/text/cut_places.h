#pragma once

#include <array>
#include <cstddef>
#include <limits>
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

/// A part of a text and the places in it, both ends left out.
struct CutWindow {
    std::size_t from = 0;
    std::size_t to = 0;
    std::vector<std::size_t> words;  ///< between words
    std::vector<std::size_t> graphemes;
};

/// Where a text may be cut, by byte offset. Sentences are found once a paragraph and kept, and so
/// are words and characters of a part, so that long paragraphs and endless sentences stay linear.
class CutPlaces {
  public:
    CutPlaces(std::string_view text, std::string_view locale);

    [[nodiscard]] const std::vector<Paragraph>& paragraphs() const { return paragraphs_; }
    /// Index of the paragraph that holds byte `offset`.
    [[nodiscard]] std::size_t paragraph_at(std::size_t offset) const;
    /// Starts of the sentences of a paragraph, without its own start. The reference holds until
    /// the next call but one for another paragraph.
    [[nodiscard]] const std::vector<std::size_t>& sentence_starts(std::size_t paragraph);
    /// Words and grapheme clusters of a part that begins at `from` or before it, where a cut is,
    /// and that ends at `end` or at least `reach` bytes behind `from`. The reference holds until
    /// the next call.
    [[nodiscard]] const CutWindow& window(std::size_t from, std::size_t reach, std::size_t end);
    /// Places between code points within (`from`, `to`), in order.
    [[nodiscard]] std::vector<std::size_t> code_point_starts(std::size_t from,
                                                             std::size_t to) const;

  private:
    struct Sentences {
        std::size_t paragraph = std::numeric_limits<std::size_t>::max();
        std::vector<std::size_t> starts;
    };

    [[nodiscard]] std::vector<std::size_t> word_starts(std::size_t from, std::size_t to) const;
    [[nodiscard]] bool splits_grapheme(std::size_t offset) const;

    std::string_view text_;
    std::string locale_;
    std::vector<Paragraph> paragraphs_;
    std::array<Sentences, 2> known_;  ///< of the paragraphs asked for last
    std::size_t next_known_ = 0;
    CutWindow window_;
};

}  // namespace almagest::text
