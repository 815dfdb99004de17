#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "contract/job_type.h"
#include "contract/mention.h"
#include "contract/prompt.h"
#include "text/code_points.h"
#include "text/dates.h"

namespace almagest::contract {

/// What an item rests on: ranges of the passage, how well they carry it, and what that is worth.
struct Support {
    std::vector<text::Range> places;
    std::string how = "exact";
    double worth = 1.0;
};

/// The item is not believed, and why.
struct NotBelieved {
    std::string reason;
};

/// A passage with its index, and the dates that its lines state in full. Holds references.
class IndexedPassage {
  public:
    explicit IndexedPassage(const Passage& of);

    /// The date stated last before a place, no further back than the heading above it.
    [[nodiscard]] std::optional<text::DateMention> date_before(const text::Range& place) const;

    const Passage& passage;
    text::CodePointIndex index;

  private:
    struct Line {
        text::Range range;
        bool heading = false;
        std::optional<text::DateMention> date;  ///< the last one
    };
    std::vector<Line> lines_;  // sentences and headings, in order
};

/// A member's text; "" where there is no such member or text.
[[nodiscard]] std::string text_of(const nlohmann::json& item, const std::string& member);

/// What supports an item by its rule's sentence or quote, else its mentions; `around` is the
/// evidence of the item that this one is nested in. Throws NotBelieved.
[[nodiscard]] Support support_of(const GroundingRule& rule, const nlohmann::json& item,
                                 const std::vector<Mention>& mentions, const IndexedPassage& in,
                                 const std::optional<text::Range>& around);

/// A range of the passage as a piece of evidence: {char_start, char_end, quote, grounding}.
[[nodiscard]] nlohmann::json evidence_at(const text::Range& place, const std::string& how,
                                         const IndexedPassage& in);

/// A confidence as it is stored: four decimals.
[[nodiscard]] double rounded_confidence(double confidence);

/// The sentence that a range begins in; the range itself where there is none.
[[nodiscard]] text::Range sentence_of(const Passage& passage, const text::Range& range);

}  // namespace almagest::contract
