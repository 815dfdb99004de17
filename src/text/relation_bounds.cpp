#include <algorithm>
#include <map>

#include "text/clauses.h"
#include "text/dates.h"
#include "text/time_spans.h"

namespace almagest::text {
namespace {

using Tokens = std::vector<DateToken>;
using Spans = std::vector<TokenSpan>;

/// Tokens [first, last); empty where nothing is mentioned.
struct TokenRange {
    std::size_t first = 0;
    std::size_t last = 0;
    [[nodiscard]] bool empty() const { return first == last; }
};

TokenRange tokens_of(Range mention, const Tokens& tokens, const CodePointIndex& index) {
    if (mention.end <= mention.start || mention.end > index.size()) return {};
    const auto start = index.byte_of(mention.start);
    const auto end = index.byte_of(mention.end);
    TokenRange range{tokens.size(), 0};
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].end() <= start || tokens[i].offset >= end) continue;
        range.first = std::min(range.first, i);
        range.last = i + 1;
    }
    return range.last == 0 ? TokenRange{} : range;
}

/// One sentence with its spans and clauses, asked about one relation.
class Chooser {
  public:
    Chooser(const Tokens& tokens, const Spans& spans, TokenRange from, TokenRange to,
            std::string_view wording)
        : tokens_(tokens),
          spans_(spans),
          from_(from),
          to_(to),
          later_(to.last > from.last ? to : from),
          clause_(clauses_of(tokens, spans)) {
        find_predicate(predicate_stems(wording));
    }

    [[nodiscard]] const TokenSpan* choose() const {
        for (const auto& span : spans_) {
            if (is_parenthesis_of(span, from_) || is_parenthesis_of(span, to_)) return &span;
        }
        const bool has_anchor = predicate_clause_ >= 0 || !later_.empty();
        if (!has_anchor) return spans_.size() == 1 ? &spans_.front() : nullptr;
        const int wanted = predicate_clause_ >= 0 ? predicate_clause_ : clause_[later_.first];
        const auto candidates = spans_in(wanted);
        if (!candidates.empty()) return nearest(candidates, anchor(wanted));
        return elsewhere();
    }

  private:
    /// The clause with most of the predicate's words; of several, that of the later mention, else
    /// the first.
    void find_predicate(const std::set<std::string>& stems) {
        std::map<int, std::set<std::string>> found;
        std::map<int, std::size_t> last_word;
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (!tokens_[i].is_word()) continue;
            const auto stem = stem_of(tokens_[i].lower);
            if (!stems.contains(stem)) continue;
            found[clause_[i]].insert(stem);
            last_word[clause_[i]] = i + 1;
        }
        std::size_t most = 0;
        for (const auto& [clause, words] : found) {
            const bool is_laters = !later_.empty() && clause_[later_.first] == clause;
            if (words.size() < most || (words.size() == most && !is_laters)) continue;
            most = words.size();
            predicate_clause_ = clause;
            predicate_end_ = last_word[clause];
        }
    }

    [[nodiscard]] bool in_parentheses(const TokenSpan& span) const {
        return span.first > 0 && tokens_[span.first - 1].is('(');
    }

    [[nodiscard]] bool is_parenthesis_of(const TokenSpan& span, TokenRange mention) const {
        return !mention.empty() && in_parentheses(span) && span.first - 1 == mention.last;
    }

    /// Spans of a clause; those in parentheses after another name belong to that name.
    [[nodiscard]] std::vector<const TokenSpan*> spans_in(int clause) const {
        std::vector<const TokenSpan*> found;
        for (const auto& span : spans_) {
            const bool is_of_other_name =
                in_parentheses(span) && span.first >= 2 && tokens_[span.first - 2].is_capitalised();
            if (clause_[span.first] == clause && !is_of_other_name) found.push_back(&span);
        }
        return found;
    }

    [[nodiscard]] std::size_t anchor(int clause) const {
        std::size_t at = predicate_clause_ == clause ? predicate_end_ : 0;
        if (!later_.empty() && clause_[later_.first] == clause) at = std::max(at, later_.last);
        return at;
    }

    [[nodiscard]] const TokenSpan* nearest(const std::vector<const TokenSpan*>& spans,
                                           std::size_t at) const {
        const auto following = std::find_if(spans.begin(), spans.end(),
                                            [at](const auto* span) { return span->first >= at; });
        if (following != spans.end()) {
            const bool is_listed =
                following + 1 != spans.end() && listed(**following, **(following + 1));
            return is_listed ? nullptr : *following;
        }
        const bool is_listed = spans.size() > 1 && listed(*spans[spans.size() - 2], *spans.back());
        return is_listed ? nullptr : spans.back();
    }

    /// "in 1996 and in 1998": neither is nearer than the other.
    [[nodiscard]] bool listed(const TokenSpan& left, const TokenSpan& right) const {
        for (std::size_t i = left.last; i < right.first; ++i) {
            const auto& token = tokens_[i];
            if (!token.is(',') && !token.is('&') &&
                !token.is_one_of({"and", "or", "again", "in", "on", "from"})) {
                return false;
            }
        }
        return true;
    }

    /// The clause has no span: one that opens the sentence holds for all of its clauses, and the
    /// only one may, unless another predicate's clause has it.
    [[nodiscard]] const TokenSpan* elsewhere() const {
        constexpr std::size_t opening_words = 2;
        const auto& first = spans_.front();
        const bool opens = first.first <= opening_words && clause_[first.first] == 0 &&
                           !has_verb_before(first.first);
        if (opens && (spans_.size() == 1 || !listed(first, spans_[1]))) return &first;
        if (spans_.size() != 1 || in_parentheses(first)) return nullptr;
        const bool is_anothers = predicate_clause_ >= 0 && has_verb(clause_[first.first]);
        return is_anothers ? nullptr : &first;
    }

    [[nodiscard]] bool has_verb_before(std::size_t end) const {
        return std::any_of(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(end),
                           is_finite_verb);
    }

    [[nodiscard]] bool has_verb(int clause) const {
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (clause_[i] == clause && is_finite_verb(tokens_[i])) return true;
        }
        return false;
    }

    const Tokens& tokens_;
    const Spans& spans_;
    TokenRange from_;
    TokenRange to_;
    TokenRange later_;
    std::vector<int> clause_;
    int predicate_clause_ = -1;
    std::size_t predicate_end_ = 0;
};

}  // namespace

std::optional<DatedSpan> bounds_for(std::string_view sentence, Range from, Range to,
                                    std::string_view wording, const Calendar& calendar,
                                    const std::optional<DateMention>& before) {
    const auto tokens = date_tokens(sentence);
    const auto spans = find_spans(tokens, find_dates(tokens, false, calendar, before));
    if (spans.empty()) return std::nullopt;
    const CodePointIndex index(sentence);
    const Chooser chooser(tokens, spans, tokens_of(from, tokens, index),
                          tokens_of(to, tokens, index), wording);
    const auto* chosen = chooser.choose();
    if (chosen == nullptr) return std::nullopt;
    return to_dated_span(*chosen, tokens, index, sentence);
}

}  // namespace almagest::text
