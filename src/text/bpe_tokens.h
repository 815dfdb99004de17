#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "text/bpe_vocabulary.h"
#include "text/pretokenizer.h"
#include "text/tokens.h"

namespace almagest::text {

/// Exact counts by a byte-level BPE vocabulary. Special tokens ("<|endoftext|>") are text like any
/// other. A text is measured in one pass; then a count looks at its edges only.
class BpeTokens final : public TokenCounter {
  public:
    /// Throws std::invalid_argument without a vocabulary.
    BpeTokens(std::shared_ptr<const BpeVocabulary> vocabulary, PieceRules rules);

    [[nodiscard]] std::size_t count(std::string_view utf8) const override;
    [[nodiscard]] std::unique_ptr<MeasuredText> measure(std::string_view utf8) const override;
    /// The ids of the text's tokens.
    [[nodiscard]] std::vector<std::uint32_t> encode(std::string_view utf8) const;

  private:
    std::shared_ptr<const BpeVocabulary> vocabulary_;
    PieceRules rules_;
};

/// Reads a vocabulary file; its piece rules are those called `rules`, or, where that is empty,
/// those that the file's name begins with. Throws UsageError as BpeVocabulary::load does and where
/// the rules are unknown.
[[nodiscard]] std::unique_ptr<BpeTokens> load_bpe_tokens(const std::filesystem::path& file,
                                                         const std::string& rules);

}  // namespace almagest::text
