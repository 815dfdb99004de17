#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::evaluation {

/// A name made comparable: NFKC, case folded, "_" as space, without possessive 's, a leading
/// article and punctuation other than "." "+" "#" "-" inside it; runs of white space are one.
[[nodiscard]] std::string folded_name(std::string_view utf8);

/// Is it he, she, it, this, …, as folded?
[[nodiscard]] bool is_pronoun(const std::string& folded);

/// Only digits and marks, or a date in English words, as folded?
[[nodiscard]] bool is_literal(const std::string& folded);

/// Which of some named things a name stands for. Not thread-safe for adding.
class NameIndex {
  public:
    void add(const std::string& name, const std::string& id);
    /// Those that have the name, more than one for a homonym; else the one thing one of whose names
    /// contains this one or is contained in it, as whole words, at least half of the longer one.
    [[nodiscard]] std::set<std::string> find(std::string_view name) const;

  private:
    std::map<std::string, std::set<std::string>> ids_;  // by folded name
};

}  // namespace almagest::evaluation
