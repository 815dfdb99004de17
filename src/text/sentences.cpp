#include "text/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/filteredbrk.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "error/error.h"
#include "text/abbreviations.h"
#include "text/blocks.h"
#include "text/inline_lists.h"

namespace almagest::text {
namespace {

bool is_space(char16_t c) {
    return c < 0x80 ? c == u' ' || (c >= 9 && c <= 13) : u_isUWhiteSpace(c) != 0;
}

bool is_digit(char16_t c) {
    return c >= u'0' && c <= u'9';
}

bool is_ascii_letter(char16_t c) {
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
}

bool is_letter(char16_t c) {
    return c < 0x80 ? is_ascii_letter(c) : u_isalpha(c) != 0;
}

bool is_closer(char16_t c) {
    switch (c) {
        case u'"':
        case u'\'':
        case u')':
        case u']':
        case u'}':
        case u'*':
        case u'_':
        case 0x2019:
        case 0x201D:
        case 0x00BB:
        case 0x203A:
            return true;
        default:
            return false;
    }
}

bool is_opener(char16_t c) {
    switch (c) {
        case u'"':
        case u'\'':
        case u'(':
        case u'[':
        case u'{':
        case u'*':
        case u'_':
        case 0x2018:
        case 0x201C:
        case 0x201E:
        case 0x00AB:
            return true;
        default:
            return false;
    }
}

/// Small where its script has capitals: Georgian letters are lower-case to Unicode, and begin
/// sentences.
bool is_small(char16_t c) {
    return u_islower(c) != 0 && u_totitle(c) != c;
}

/// Brackets and quotation marks of Chinese and Japanese, which have no space around them.
bool is_wide_opener(char16_t c) {
    constexpr std::u16string_view openers = u"「『《〈（【〔";
    return openers.find(c) != std::u16string_view::npos;
}

bool is_wide_quotation_end(char16_t c) {
    return c == u'」' || c == u'』';
}

bool is_hiragana(char16_t c) {
    return c >= 0x3041 && c <= 0x309F;
}

bool is_greek(char16_t c) {
    return ((c >= 0x0370 && c <= 0x03FF) || (c >= 0x1F00 && c <= 0x1FFF)) && is_letter(c);
}

bool is_accent(char16_t c) {
    return c >= 0x0300 && c <= 0x036F;
}

bool is_terminator(char16_t c) {
    return c == u'.' || c == u'!' || c == u'?' || c == 0x2026;
}

/// The sentence iterator of a locale, one a thread, since it is costly to make.
icu::BreakIterator& sentence_iterator(std::string_view locale) {
    thread_local std::map<std::string, std::unique_ptr<icu::BreakIterator>, std::less<>> iterators;
    const auto known = iterators.find(locale);
    if (known != iterators.end()) return *known->second;

    UErrorCode status = U_ZERO_ERROR;
    const auto icu_locale = icu::Locale::forLanguageTag(
        icu::StringPiece(locale.data(), static_cast<std::int32_t>(locale.size())), status);
    if (U_FAILURE(status) || icu_locale.isBogus()) {
        throw UsageError("\"" + std::string(locale) +
                         "\" is no language tag: give one like \"en\" or \"pt-BR\"");
    }
    std::unique_ptr<icu::BreakIterator> iterator(
        icu::BreakIterator::createSentenceInstance(icu_locale, status));
    if (U_SUCCESS(status) && std::string_view(icu_locale.getLanguage()) != "en") {
        const std::unique_ptr<icu::FilteredBreakIteratorBuilder> builder(
            icu::FilteredBreakIteratorBuilder::createInstance(icu_locale, status));
        if (status == U_MISSING_RESOURCE_ERROR) {
            status = U_ZERO_ERROR;  // the language has no abbreviations in ICU's data
        } else if (U_SUCCESS(status)) {
            iterator.reset(builder->build(iterator.release(), status));
        }
    }
    if (U_FAILURE(status)) {
        throw PermanentError(std::string("ICU has no sentence rules (") + u_errorName(status) +
                             "): install libicu's data");
    }
    return *iterators.emplace(locale, std::move(iterator)).first->second;
}

/// Judges where sentences of English prose end.
class Judge {
  public:
    explicit Judge(std::u16string_view text) : text_(text) {}

    /// May a sentence that began at `start` end at `boundary`, where the next would begin?
    [[nodiscard]] bool ends_sentence(std::size_t start, std::size_t boundary) const {
        // 「行こう。」と言った: what was said is a part of the sentence.
        if (boundary < text_.size() && boundary > start && is_hiragana(text_[boundary]) &&
            is_wide_quotation_end(text_[boundary - 1]))
            return false;
        std::size_t end = boundary;
        while (end > start && is_space(text_[end - 1])) --end;
        // "[" of a note after a full stop belongs to the sentence before.
        if (end == boundary && end > start && is_opener(text_[end - 1])) return false;
        end = before_notes(start, end);
        const auto closed = end;
        while (end > start && is_closer(text_[end - 1])) --end;
        if (end == start || !is_terminator(text_[end - 1])) return true;
        if (boundary < text_.size() && is_omission(start, end, closed)) return false;
        if (const auto dots = spaced_dots_around(start, end - 1); dots.count > 1) {
            // ". . . ." ends a sentence, ". . ." is one of its pauses; "word. . . . Then" ends with
            // the word.
            const bool after_word = dots.first > start && !is_space(text_[dots.first - 1]);
            if (dots.count > 3)
                return (end - 1 == dots.first) == (after_word && goes_on_after(dots));
            if (!after_word) return false;
        }
        if (boundary < text_.size()) {
            // "It is late." she said.
            if (end < closed && is_small(text_[boundary])) return false;
            if (goes_on(boundary) || goes_on_small(start, end - 1, boundary)) return false;
        }
        if (text_[end - 1] != u'.') {
            // "!Kung": the mark begins the word.
            const bool begins_word = end == boundary && boundary < text_.size() &&
                                     is_letter(text_[boundary]) &&
                                     (end - 1 == start || !is_letter(text_[end - 2]));
            return !begins_word;
        }
        return stop_ends_sentence(start, end - 1, boundary);
    }

    /// The next place in [from, to) after a terminator, its closers and spaces where ICU may have
    /// seen no end because small letters follow further on; `to` if there is none.
    [[nodiscard]] std::size_t next_candidate(std::size_t from, std::size_t to) const {
        for (std::size_t i = from; i < to; ++i) {
            if (!is_terminator(text_[i])) {
                if (const auto next = after_greek_question(i, to)) return *next;
                continue;
            }
            std::size_t next = i + 1;
            while (next < to && (is_closer(text_[next]) || is_terminator(text_[next]))) ++next;
            // Of a run of marks the last one decides, lest an endless one be read for each of them.
            i = is_terminator(text_[next - 1]) ? next - 1 : i;
            const auto marks_end = next;
            next = after_notes(next, to);
            const auto spaces = next;
            while (next < to && is_space(text_[next])) ++next;
            if (next < to && text_[next] == u'.' && i > from && ends_before_dots(i)) return next;
            if (next < to && next == spaces) {
                if (next == i + 1 && begins_unspaced(i)) return next;
            } else if (next < to && (is_digit(text_[next]) || is_opener(text_[next]) ||
                                     is_letter(text_[next]))) {
                return next;
            }
            i = marks_end - 1;
        }
        return to;
    }

  private:
    /// ";" after Greek asks: where a sentence begins behind the one at `mark`.
    [[nodiscard]] std::optional<std::size_t> after_greek_question(std::size_t mark,
                                                                  std::size_t to) const {
        constexpr char16_t greek_question_mark = 0x037E;
        if (text_[mark] != u';' && text_[mark] != greek_question_mark) return std::nullopt;
        auto word_end = mark;
        while (word_end > 0 && (is_closer(text_[word_end - 1]) || is_accent(text_[word_end - 1])))
            --word_end;
        if (word_end == 0 || !is_greek(text_[word_end - 1])) return std::nullopt;
        auto next = mark + 1;
        while (next < to && is_closer(text_[next])) ++next;
        const auto spaces = next;
        while (next < to && is_space(text_[next])) ++next;
        const auto word = word_at(next);
        const bool begins = next < to && next > spaces && !word.empty() && u_isupper(word[0]);
        return begins ? std::optional(next) : std::nullopt;
    }

    /// "[...]" and "(...)" stand for what was left out.
    [[nodiscard]] bool is_omission(std::size_t start, std::size_t end, std::size_t closed) const {
        if (end == closed || (text_[end] != u']' && text_[end] != u')')) return false;
        auto first = end;
        while (first > start && is_terminator(text_[first - 1])) --first;
        return first > start && is_opener(text_[first - 1]);
    }

    /// "Hello world.Today is": does a sentence begin right after the full stop at `stop`? Only
    /// after a whole word or a number, with a word that begins sentences and has a space after it.
    [[nodiscard]] bool begins_unspaced(std::size_t stop) const {
        if (text_[stop] != u'.' || stop == 0 || stop + 1 >= text_.size()) return false;
        if (!u_isupper(text_[stop + 1])) return false;
        const auto in_number = [](char16_t c) { return is_digit(c) || c == u',' || c == u'$'; };
        auto word = stop;
        while (word > 0 && is_letter(text_[word - 1])) --word;
        auto number = stop;
        while (number > 0 && in_number(text_[number - 1])) --number;
        const auto begins = [this](std::size_t at) { return at == 0 || is_space(text_[at - 1]); };
        const bool is_word = stop - word > 1 && begins(word);
        const bool is_number = number < stop && begins(number);
        if (!is_word && !is_number) return false;
        const auto next = word_at(stop + 1);
        const auto after = stop + 1 + next.size();
        if (after >= text_.size()) return false;
        if (text_[after] == u' ') return begins_sentences(next);
        return text_[after] == u'.' && abbreviation_of(next) == Abbreviation::title;
    }

    struct SpacedDots {
        std::size_t count = 0;
        std::size_t first = 0;
        std::size_t last = 0;
    };
    /// The full stops with a space between each two of which the one at `dot` is one.
    [[nodiscard]] SpacedDots spaced_dots_around(std::size_t start, std::size_t dot) const {
        constexpr std::size_t most = 8;
        SpacedDots dots{1, dot, dot};
        if (text_[dot] != u'.') return dots;
        while (dots.count < most && dots.first >= start + 2 && text_[dots.first - 1] == u' ' &&
               text_[dots.first - 2] == u'.') {
            dots.first -= 2;
            ++dots.count;
        }
        while (dots.count < most && dots.last + 2 < text_.size() && text_[dots.last + 1] == u' ' &&
               text_[dots.last + 2] == u'.') {
            dots.last += 2;
            ++dots.count;
        }
        return dots;
    }

    /// "compounds. . . . The practice": the first full stop ends a sentence, the others begin one.
    [[nodiscard]] bool ends_before_dots(std::size_t stop) const {
        const auto dots = spaced_dots_around(stop, stop);
        return dots.count > 3 && !is_space(text_[stop - 1]) && goes_on_after(dots);
    }

    [[nodiscard]] bool goes_on_after(const SpacedDots& dots) const {
        auto at = dots.last + 1;
        while (at < text_.size() && is_space(text_[at])) ++at;
        return at < text_.size() && u_isupper(text_[at]) != 0;
    }

    [[nodiscard]] std::size_t before_notes(std::size_t start, std::size_t end) const {
        while (end > start + 2 && text_[end - 1] == u']') {
            auto i = end - 1;
            while (i > start && is_digit(text_[i - 1])) --i;
            if (i == end - 1 || i == start || text_[i - 1] != u'[') break;
            end = i - 1;
            while (end > start && is_space(text_[end - 1])) --end;
        }
        return end;
    }

    /// After "[17]" and its like at `from`, with or without a space before.
    [[nodiscard]] std::size_t after_notes(std::size_t from, std::size_t to) const {
        while (true) {
            auto i = from;
            while (i < to && text_[i] == u' ') ++i;
            if (i >= to || text_[i] != u'[') return from;
            const auto first = ++i;
            while (i < to && is_digit(text_[i])) ++i;
            if (i == first || i >= to || text_[i] != u']') return from;
            from = i + 1;
        }
    }

    /// Does what stands at `at` go on with a sentence: small letters, a comma, more dots?
    [[nodiscard]] bool goes_on(std::size_t at) const {
        const auto c = text_[at];
        if (c == u',' || c == u';' || c == u':' || c == u')' || c == u']' || is_terminator(c)) {
            return true;
        }
        return after_notes(at, text_.size()) != at;
    }

    /// Small letters go on with a sentence, but after a whole word's full stop a word like "the" or
    /// "i" begins one in careless writing.
    [[nodiscard]] bool goes_on_small(std::size_t start, std::size_t stop, std::size_t at) const {
        constexpr std::size_t least_word = 3;
        if (!is_small(text_[at])) return false;
        if (text_[stop] != u'.' || stop == start || text_[stop - 1] == u'.') return true;
        const auto word = word_before(start, stop);
        const bool is_whole_word = word.size() >= least_word &&
                                   abbreviation_of(word) == Abbreviation::none &&
                                   std::all_of(word.begin(), word.end(), is_letter);
        return !is_whole_word || !begins_sentences(word_at(at));
    }

    [[nodiscard]] std::u16string_view word_before(std::size_t start, std::size_t end) const {
        auto first = end;
        while (first > start &&
               (is_letter(text_[first - 1]) || is_digit(text_[first - 1]) ||
                text_[first - 1] == u'.' || (text_[first - 1] == u'\'' && first < end))) {
            --first;
        }
        return text_.substr(first, end - first);
    }

    [[nodiscard]] std::u16string_view word_at(std::size_t at) const {
        while (at < text_.size() && is_opener(text_[at])) ++at;
        auto end = at;
        while (end < text_.size() && (is_letter(text_[end]) || text_[end] == u'\'')) ++end;
        return text_.substr(at, end - at);
    }

    [[nodiscard]] bool number_follows(std::size_t at) const {
        return at < text_.size() && is_digit(text_[at]);
    }

    /// Of the full stop at `stop`.
    [[nodiscard]] bool stop_ends_sentence(std::size_t start, std::size_t stop,
                                          std::size_t boundary) const {
        if (boundary >= text_.size() || (stop > start && text_[stop - 1] == u'.')) return true;
        const auto word = word_before(start, stop);
        if (word.empty())
            return !(stop > start && text_[stop - 1] == 0x00B0 && number_follows(boundary));
        if (is_enumerator(word) && begins_at(start, word)) return false;
        const auto next = word_at(boundary);
        const bool starter = !next.empty() && u_isupper(next[0]) && begins_sentences(next);
        if (word.size() == 1 && u_isupper(word[0]) &&
            (word[0] != u'I' || is_initial(start, word))) {
            return is_initial(start, word) ? starter && next.size() > 1 : starter;
        }
        switch (abbreviation_of(word)) {
            case Abbreviation::title:
                return word[0] >= u'a' && word[0] <= u'z' && starter;
            case Abbreviation::joining:
                return false;
            case Abbreviation::numbered:
                return !number_follows(boundary) && (starter || word.size() > 1);
            case Abbreviation::either:
                return starter || opens_quotation(boundary) ||
                       (is_time_of_day(word) && ends_by_time(start, next));
            case Abbreviation::none:
                return true;
        }
        return true;
    }

    [[nodiscard]] static bool is_time_of_day(std::u16string_view word) {
        return word.size() == 3 && (word[0] | 32) >= u'a' && word[1] == u'.' &&
               (word[2] == u'm' || word[2] == u'M');
    }

    /// After "a.m.": has the sentence that began at `start` some words already, and does `next`
    /// name no day, month or time zone?
    [[nodiscard]] bool ends_by_time(std::size_t start, std::u16string_view next) const {
        constexpr std::size_t least_words = 4;
        if (next.size() < 2 || !u_isupper(next[0]) || !u_islower(next[1]) || goes_with_time(next)) {
            return false;
        }
        const auto end = static_cast<std::size_t>(next.data() - text_.data());
        std::size_t words = 0;
        for (auto at = start; at < end && words <= least_words; ++at) {
            words += is_space(text_[at]) ? 1U : 0U;
        }
        return words > least_words;
    }

    [[nodiscard]] bool opens_quotation(std::size_t at) const {
        const bool is_quote = is_opener(text_[at]) && text_[at] != u'(' && text_[at] != u'[';
        const auto word = word_at(at);
        return is_quote && !word.empty() && u_isupper(word[0]);
    }

    [[nodiscard]] static bool is_enumerator(std::u16string_view word) {
        constexpr std::size_t most_digits = 3;
        if (word.size() > most_digits) return false;
        if (std::all_of(word.begin(), word.end(), is_digit)) return true;
        return word.size() == 1 && is_ascii_letter(word[0]);
    }

    [[nodiscard]] bool begins_at(std::size_t start, std::u16string_view word) const {
        auto first = static_cast<std::size_t>(word.data() - text_.data());
        while (first > start && !is_letter(text_[first - 1]) && !is_digit(text_[first - 1]))
            --first;
        return first == start;
    }

    /// Is the capital a part of a name: after another name or initial, or first of all?
    [[nodiscard]] bool is_initial(std::size_t start, std::u16string_view word) const {
        auto end = static_cast<std::size_t>(word.data() - text_.data());
        if (end == start) return true;
        while (end > start && is_space(text_[end - 1])) --end;
        if (end > start && text_[end - 1] == u'.') return true;
        const auto before = word_before(start, end);
        return !before.empty() && u_isupper(before[0]);
    }

    std::u16string_view text_;
};

/// Collects sentences in UTF-16 offsets and gives them as code points, in one pass over the text.
class Collector {
  public:
    explicit Collector(std::u16string_view text) : text_(text) {}

    void add(std::size_t start, std::size_t end) {
        while (start < end && is_space(text_[start])) ++start;
        while (end > start && is_space(text_[end - 1])) --end;
        if (start < end) sentences_.push_back({code_point_of(start), code_point_of(end)});
    }
    [[nodiscard]] std::vector<Range> take() { return std::move(sentences_); }

  private:
    std::size_t code_point_of(std::size_t offset) {
        for (; counted_to_ < offset; ++counted_to_) {
            if (!U16_IS_TRAIL(text_[counted_to_])) ++code_points_;
        }
        return code_points_;
    }

    std::u16string_view text_;
    std::size_t counted_to_ = 0;
    std::size_t code_points_ = 0;
    std::vector<Range> sentences_;
};

/// The boundaries of one iterator in order, read ahead no further than asked.
class Boundaries {
  public:
    Boundaries(icu::BreakIterator& iterator, const icu::UnicodeString& text) : iterator_(iterator) {
        iterator_.setText(text);
        current_ = iterator_.first();
    }
    /// The first boundary after `offset`.
    std::size_t after(std::size_t offset) {
        while (current_ != icu::BreakIterator::DONE &&
               static_cast<std::size_t>(current_) <= offset) {
            current_ = iterator_.next();
        }
        return current_ == icu::BreakIterator::DONE ? std::u16string_view::npos
                                                    : static_cast<std::size_t>(current_);
    }

  private:
    icu::BreakIterator& iterator_;
    std::int32_t current_ = 0;
};

/// The first boundary behind `at`, up to `end`; an opening mark goes with what it opens.
std::size_t next_boundary(Boundaries& boundaries, std::u16string_view text, std::size_t at,
                          std::size_t end) {
    auto first = at;  // behind the opening marks there
    while (first < end && is_wide_opener(text[first])) ++first;
    auto boundary = std::min(boundaries.after(first), end);
    while (boundary < end && boundary > first + 1 && is_wide_opener(text[boundary - 1])) --boundary;
    return boundary;
}

/// Judges ICU's boundaries and the places that it passes over, in order.
void split_english(const Block& block, std::u16string_view text, const Judge& judge,
                   Boundaries& boundaries, Collector& collector) {
    const auto items = inline_items(text.substr(block.start, block.end - block.start));
    auto item = items.begin();
    std::size_t start = block.start;
    std::size_t boundary = block.start;
    std::size_t candidate = block.start;
    std::size_t number_end = block.start;  // no sentence ends within an item's number
    for (std::size_t at = block.start; at < block.end;) {
        if (boundary <= at) boundary = next_boundary(boundaries, text, at, block.end);
        if (candidate <= at) candidate = judge.next_candidate(at, block.end);
        const auto next_item = item == items.end() ? block.end : block.start + item->start;
        at = std::min({boundary, candidate, next_item});
        if (at == next_item && at < block.end) {
            number_end = block.start + (item++)->content;
        } else if (at < block.end && (at <= number_end || !judge.ends_sentence(start, at))) {
            continue;
        }
        collector.add(start, at);
        start = at;
    }
}

void split_by_icu(const Block& block, std::u16string_view text, Boundaries& boundaries,
                  Collector& collector) {
    for (std::size_t at = block.start; at < block.end;) {
        const auto next = next_boundary(boundaries, text, at, block.end);
        collector.add(at, next);
        at = next;
    }
}

}  // namespace

std::vector<Range> sentences(std::string_view utf8, std::string_view locale) {
    auto& iterator = sentence_iterator(locale);
    auto text = icu::UnicodeString::fromUTF8(
        icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
    const auto blocks = blocks_of(text);
    const std::u16string_view view(text.getBuffer(), static_cast<std::size_t>(text.length()));
    const Judge judge(view);
    const bool is_english = locale == "en" || locale.starts_with("en-");
    Boundaries boundaries(iterator, text);
    Collector collector(view);
    for (const auto& block : blocks) {
        if (block.whole) {
            collector.add(block.start, block.end);
        } else if (is_english) {
            split_english(block, view, judge, boundaries, collector);
        } else {
            split_by_icu(block, view, boundaries, collector);
        }
    }
    return collector.take();
}

}  // namespace almagest::text
