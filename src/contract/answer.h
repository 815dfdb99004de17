#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/job_type.h"
#include "contract/prompt.h"

namespace almagest::contract {

enum class ParseStrategy { strict, fenced, surrounded, repaired };
[[nodiscard]] std::string_view to_string(ParseStrategy strategy);

struct ParsedAnswer {
    nlohmann::json value;
    ParseStrategy strategy = ParseStrategy::strict;
    bool truncated = false;  ///< the answer broke off; only complete items are in `value`
    std::vector<std::string> notes;
};

/// Reads a model's answer as one JSON document: strict (simdjson: RFC 8259, well-formed UTF-8, no
/// duplicate keys), then out of a code fence, then out of surrounding prose, then repaired (quotes,
/// commas, comments, literals; a cut answer at its last complete item). nullopt: nothing usable,
/// with the reason in `*why`. Depth is limited to 128 and size to `maximum_bytes`. Thread-safe;
/// linear time.
[[nodiscard]] std::optional<ParsedAnswer> parse_answer(std::string_view answer, std::string* why,
                                                       std::size_t maximum_bytes = 8U << 20U);

/// A JSON Schema (draft 7) compiled once. Safe for concurrent use.
class Schema {
  public:
    /// Throws UsageError when the schema does not compile or goes beyond what is covered.
    explicit Schema(const nlohmann::json& schema);
    ~Schema();
    Schema(Schema&&) noexcept;
    Schema& operator=(Schema&&) noexcept;
    /// Empty when valid, else one sentence a violation ("/entities/3/name: …"), at most `limit`.
    [[nodiscard]] std::vector<std::string> violations(const nlohmann::json& value,
                                                      std::size_t limit = 8) const;

  private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

/// An item that was not believed, and why.
struct Refusal {
    std::string items;  ///< the array it came from
    std::string reason;
    nlohmann::json item;
};

struct Grounded {
    /// The answer with, on each kept item: "confidence", "grounding" (exact, normalised, passage,
    /// fuzzy, none) and "evidence": [{char_start, char_end, quote, grounding}], offsets in code
    /// points of the page; where bounds are read, "start_date", "end_date", "start_text",
    /// "end_text", "start_precision", "end_precision". This is what the handler procedure gets.
    nlohmann::json output;
    std::vector<Refusal> refusals;
};

/// Ties a valid answer to its passage by the job type's rules; never invents, may only drop or
/// lower. An item whose mentions do not all occur is refused; one that repeats another is dropped.
/// Confidence: the item's own if it has one, else `default_confidence`; × 1 for exact evidence
/// that carries all mentions and the wording, × 0.9 normalised or wording not found, × 0.85 fuzzy
/// or mentions only elsewhere in the passage, × 0.5 none. Thread-safe.
[[nodiscard]] Grounded ground(const JobType& type, const nlohmann::json& answer,
                              const Passage& passage, double default_confidence);

}  // namespace almagest::contract
