#include "text/cut_places.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "error/error.h"
#include "text/sentences.h"

namespace almagest::text {
namespace {

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
}

bool is_heading(std::string_view line) {
    const auto marks = line.find_first_not_of('#');
    return marks != std::string_view::npos && marks >= 1 && marks <= 6 && line[marks] == ' ';
}

UChar32 code_point_at(std::string_view utf8, std::size_t offset) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
    auto position = static_cast<std::int64_t>(offset);
    UChar32 code_point = 0;
    U8_NEXT_OR_FFFD(bytes, position, static_cast<std::int64_t>(utf8.size()), code_point);
    return code_point;
}

enum class BreakKind { word, grapheme };

/// One iterator of a kind a thread, since they are costly to make.
icu::BreakIterator& root_iterator(BreakKind kind) {
    thread_local std::unique_ptr<icu::BreakIterator> words;
    thread_local std::unique_ptr<icu::BreakIterator> graphemes;
    auto& iterator = kind == BreakKind::word ? words : graphemes;
    if (!iterator) {
        UErrorCode status = U_ZERO_ERROR;
        const auto& root = icu::Locale::getRoot();
        iterator.reset(kind == BreakKind::word
                           ? icu::BreakIterator::createWordInstance(root, status)
                           : icu::BreakIterator::createCharacterInstance(root, status));
        if (U_FAILURE(status)) {
            throw PermanentError(std::string("ICU has no word or character rules (") +
                                 u_errorName(status) + "): install libicu's data");
        }
    }
    return *iterator;
}

std::vector<std::size_t> breaks_of(BreakKind kind, std::string_view text, std::size_t from,
                                   std::size_t to) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<UText, decltype(&utext_close)> view(
        utext_openUTF8(nullptr, text.data() + from, static_cast<std::int64_t>(to - from), &status),
        &utext_close);
    auto& iterator = root_iterator(kind);
    iterator.setText(view.get(), status);
    if (U_FAILURE(status)) throw PermanentError("ICU cannot read a text to cut it");
    std::vector<std::size_t> breaks;
    iterator.first();
    for (auto at = iterator.next(); at != icu::BreakIterator::DONE; at = iterator.next()) {
        const auto offset = from + static_cast<std::size_t>(at);
        if (offset < to) breaks.push_back(offset);
    }
    return breaks;
}

}  // namespace

std::vector<Paragraph> paragraphs_of(std::string_view utf8) {
    std::vector<Paragraph> paragraphs;
    bool after_blank = false;
    for (std::size_t start = 0; start < utf8.size();) {
        const auto newline = utf8.find('\n', start);
        const auto end = newline == std::string_view::npos ? utf8.size() : newline + 1;
        const auto line =
            utf8.substr(start, end - start - (newline == std::string_view::npos ? 0 : 1));
        const bool blank = is_blank(line);
        const bool heading = is_heading(line);
        const bool begins = paragraphs.empty() || (!blank && (after_blank || heading)) ||
                            (!blank && paragraphs.back().heading);
        if (begins) {
            paragraphs.push_back({start, end, heading});
        } else {
            paragraphs.back().end = end;
        }
        after_blank = blank;
        start = end;
    }
    return paragraphs;
}

CutPlaces::CutPlaces(std::string_view text, std::string_view locale)
    : text_(text), locale_(locale), paragraphs_(paragraphs_of(text)) {}

std::size_t CutPlaces::paragraph_at(std::size_t offset) const {
    const auto next = std::upper_bound(
        paragraphs_.begin(), paragraphs_.end(), offset,
        [](std::size_t wanted, const Paragraph& paragraph) { return wanted < paragraph.start; });
    return static_cast<std::size_t>(next - paragraphs_.begin()) - 1;
}

const std::vector<std::size_t>& CutPlaces::sentence_starts(std::size_t paragraph) {
    for (std::size_t i = 0; i < known_.size(); ++i) {
        if (known_[i].paragraph != paragraph) continue;
        next_known_ = 1 - i;
        return known_[i].starts;
    }
    auto& known = known_[next_known_];
    next_known_ = 1 - next_known_;
    const auto [start, end, heading] = paragraphs_[paragraph];
    const auto text = text_.substr(start, end - start);
    known.starts.clear();
    std::size_t bytes = 0;
    std::size_t code_points = 0;
    for (const auto& sentence : sentences(text, locale_)) {
        for (; code_points < sentence.start; ++code_points) {
            ++bytes;
            while (bytes < text.size() && U8_IS_TRAIL(text[bytes])) ++bytes;
        }
        if (bytes > 0 && !splits_grapheme(start + bytes)) known.starts.push_back(start + bytes);
    }
    known.paragraph = paragraph;
    return known.starts;
}

bool CutPlaces::splits_grapheme(std::size_t offset) const {
    if (text_[offset] == '\n' && text_[offset - 1] == '\r') return true;
    if (static_cast<unsigned char>(text_[offset]) < 0x80) return false;
    const auto code_point = code_point_at(text_, offset);
    return u_hasBinaryProperty(code_point, UCHAR_GRAPHEME_EXTEND) ||
           u_charType(code_point) == U_COMBINING_SPACING_MARK || code_point == 0x200D;
}

std::vector<std::size_t> CutPlaces::word_starts(std::size_t from, std::size_t to) const {
    auto breaks = breaks_of(BreakKind::word, text_, from, to);
    // Spaces and points stay with the word before them, so that a part starts with a word.
    std::erase_if(breaks, [this](std::size_t at) {
        const auto c = static_cast<unsigned char>(text_[at]);
        const bool starts_word = c >= 0x80 ? !u_isUWhiteSpace(code_point_at(text_, at)) &&
                                                 !u_ispunct(code_point_at(text_, at))
                                           : u_isalnum(c);
        const bool after_space = text_[at - 1] == ' ' || text_[at - 1] == '\n';
        return splits_grapheme(at) || !(starts_word || (after_space && c != ' ' && c != '\n'));
    });
    return breaks;
}

const CutWindow& CutPlaces::window(std::size_t from, std::size_t reach, std::size_t end) {
    constexpr std::size_t least_window = 1024;
    constexpr std::size_t reaches = 4;  // so that most cuts find a window that is there
    const bool is_within = window_.from <= from && from < window_.to;
    if (is_within && (window_.to == end || (window_.to < end && from + reach <= window_.to))) {
        return window_;
    }
    auto to = std::min(end, from + least_window + reaches * reach);
    while (to < end && U8_IS_TRAIL(text_[to])) ++to;
    window_ = {from, to, word_starts(from, to), breaks_of(BreakKind::grapheme, text_, from, to)};
    return window_;
}

std::vector<std::size_t> CutPlaces::code_point_starts(std::size_t from, std::size_t to) const {
    std::vector<std::size_t> starts;
    for (auto at = from + 1; at < to; ++at) {
        if (!U8_IS_TRAIL(text_[at])) starts.push_back(at);
    }
    return starts;
}

}  // namespace almagest::text
