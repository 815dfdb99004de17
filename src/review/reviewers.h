#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::review {

/// What a person may do: a reader looks, a reviewer also decides.
enum class Role { reader, reviewer };
[[nodiscard]] const char* name_of(Role role);

/// A person who may open the pages. The name goes into the audit.
struct Reviewer {
    std::string name;
    Role role = Role::reader;
    std::string token;
};

/// The persons who may open the pages. Tokens are kept out of the log.
class Reviewers {
  public:
    static constexpr std::size_t kShortestToken = 16;

    /// Of one token, from $ALMAGEST_SERVE_TOKEN, for the person at the keyboard. Throws UsageError
    /// for one that is too short or not printable.
    [[nodiscard]] static Reviewers of_token(const std::string& token, const std::string& name);

    /// From a file of lines ROLE TOKEN NAME; without one it is made, mode 600, with a new token for
    /// `name`. Throws UsageError for a file that others can read, or naming the line that is wrong.
    [[nodiscard]] static Reviewers of_file(const std::filesystem::path& file,
                                           const std::string& name);

    /// nullptr when nobody has it. Takes the same time whose it is. Thread-safe.
    [[nodiscard]] const Reviewer* of_secret(std::string_view token) const;
    [[nodiscard]] const std::vector<Reviewer>& all() const { return all_; }

  private:
    void add(Reviewer reviewer, const std::string& origin);
    std::vector<Reviewer> all_;
};

}  // namespace almagest::review
