#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

class Hunspell;

namespace almagest::text {

/// The words of a language, with their inflected forms, from a Hunspell dictionary of the system.
/// Thread-safe.
class Dictionary {
  public:
    /// `language` as the dictionary's file is called ("en_US"). Read once in a process; null where
    /// the system has none (Debian: hunspell-en-us and its like, under /usr/share/hunspell, or
    /// $DICPATH).
    [[nodiscard]] static std::shared_ptr<const Dictionary> find(const std::string& language);

    Dictionary(const std::string& affix_file, const std::string& word_file);
    ~Dictionary();
    Dictionary(const Dictionary&) = delete;
    Dictionary& operator=(const Dictionary&) = delete;

    /// Is it a word as it is written? "rain" is one, "rian" and "murdock" are none.
    [[nodiscard]] bool has(std::string_view word) const;

  private:
    mutable std::mutex mutex_;  // Hunspell keeps state while it looks
    std::unique_ptr<Hunspell> words_;
};

}  // namespace almagest::text
