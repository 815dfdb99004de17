// Feeds arbitrary text to the chunker, the tokenizer and the splitter of sentences.
//
// What must hold: no crash; the chunks' own parts joined are the text; no chunk is above its
// maximum, and its tokens are those of its text alone; overlaps are at most twice what was asked
// for; sentences lie in order. The first three bytes choose the policy and the rules of the
// tokenizer.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "error/error.h"
#include "holds.h"
#include "text/bpe_tokens.h"
#include "text/chunker.h"
#include "text/sentences.h"
#include "text/small_vocabulary.h"

namespace {

using namespace almagest::text;  // NOLINT(google-build-using-namespace): a program of one file

void check_chunks(std::string_view text, const ChunkPolicy& policy, const TokenCounter& counter) {
    const CodePointIndex index(text);
    std::string joined;
    try {
        for (const auto& [range, fresh, tokens] : chunk_text(text, policy, counter)) {
            joined += index.slice({fresh, range.end});
            require(tokens <= policy.maximum && tokens == counter.count(index.slice(range)));
            require(counter.count(index.slice({range.start, fresh})) <= 2 * policy.overlap);
        }
        require(joined == text);
    } catch (const almagest::PermanentError&) {
        // A character with more tokens than a chunk may have.
    }
}

void check_parts(std::string_view text, const BpeTokens& tokens, std::size_t seed) {
    const CodePointIndex index(text);
    const auto measured = tokens.measure(text);
    const auto from = index.byte_of(seed % (index.size() + 1));
    const auto to = index.byte_of(index.size() - (index.size() - index.code_point_of(from)) / 3);
    require(measured->count(from, to) == tokens.count(text.substr(from, to - from)));
    require(tokens.encode(text).size() == tokens.count(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t choices = 3;
    if (size < choices) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + choices, size - choices);
    if (!is_utf8(text)) return 0;
    static const auto vocabulary = small_vocabulary();
    const std::size_t maximum = std::size_t{data[0]} + 1;
    const ChunkPolicy policy{maximum, data[1] % maximum, data[2] % (maximum + 1)};
    const BpeTokens tokens(vocabulary, static_cast<PieceRules>(data[2] % 3));
    check_chunks(text, policy, EstimatedTokens());
    check_chunks(text, policy, tokens);
    check_parts(text, tokens, std::size_t{data[0]} * 256 + data[1]);
    std::size_t before = 0;
    for (const auto& [start, end] : sentences(text)) {
        require(before <= start && start < end);
        before = end;
    }
    return 0;
}
