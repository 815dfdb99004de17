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

/// Reads a model's answer as one JSON document: strict (simdjson: RFC 8259, well-formed UTF-8, no
/// duplicate keys), then out of a code fence, then out of surrounding prose, then repaired (quotes,
/// commas, comments, literals; a cut answer at its last complete item). A leading <think> block is
/// left out. Of several documents fenced ones win, then the largest; with a `schema`, the last that
/// satisfies it, for which an extra wrapper ({"result": …}, [ … ]) may be taken off. Objects with
/// nothing but white space or commas between them are a list. nullopt: nothing usable, with the
/// reason in `*why` if given. Depth is limited to 128 and size to `maximum_bytes`. Thread-safe;
/// linear time. Being valid is the caller's to check: the schema only chooses.
[[nodiscard]] std::optional<ParsedAnswer> parse_answer(std::string_view answer, std::string* why,
                                                       std::size_t maximum_bytes = 8U << 20U,
                                                       const Schema* schema = nullptr);

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
/// that carries all mentions, × 0.9 normalised, or moved to the only sentence with all mentions,
/// × 0.85 fuzzy or a mention only elsewhere in the passage, × 0.5 none; and × 0.9 where the wording
/// is not in the evidence. Without a quote or sentence the evidence is each place (16 at most) of
/// the first mention; a rule that names nothing to find gives the passage's beginning, grounding
/// "passage", and lowers nothing. Dates and bounding works of the model's own count only where the
/// evidence states them; taking one out is a refusal beside the kept item. When the answer as a
/// whole (rule "") is refused, `output` is null. An item of which a text stands only in the
/// contract's own prompt is refused. Nested lists are grounded with their item: what they mention
/// in its evidence, else elsewhere in the passage. What a rule looks up or describes by comes from
/// the answer's other lists and from the evidence. Thread-safe.
[[nodiscard]] Grounded ground(const JobType& type, const nlohmann::json& answer,
                              const Passage& passage, double default_confidence);

}  // namespace almagest::contract
