#pragma once

#include <string_view>

namespace almagest::text {

/// What a full stop after a word says about the end of a sentence.
enum class Abbreviation {
    none,
    title,     ///< a name follows: "Dr.", "St."
    numbered,  ///< a number may follow: "No.", "Fig."
    joining,   ///< the sentence goes on: "e.g.", "vs."
    either,    ///< may end a sentence: "Inc.", "a.m.", "etc."
};

/// Of an English word without its last full stop; case matters only for "No." and single letters.
[[nodiscard]] Abbreviation abbreviation_of(std::u16string_view word);

/// A capitalised word that begins a sentence rather than a name: "The", "However".
[[nodiscard]] bool begins_sentences(std::u16string_view word);

/// A capitalised word that says more about a time of day before it: a day, month or time zone.
[[nodiscard]] bool goes_with_time(std::u16string_view word);

}  // namespace almagest::text
