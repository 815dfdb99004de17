#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace almagest::text {

/// What a robots.txt allows one program, by RFC 9309. Thread-safe once made.
class RobotsRules {
  public:
    /// The rules for `product`, its name in lower case, else those for everyone. Whatever the file
    /// is, it gives rules; only its first 500 KiB count.
    RobotsRules(std::string_view robots_txt, std::string_view product);
    /// `target` is path and query as they are asked for. The longest rule that matches decides; of
    /// two as long, the one that allows.
    [[nodiscard]] bool allows(std::string_view target) const;

  private:
    struct Rule {
        std::string pattern;
        bool allows = false;
    };
    std::vector<Rule> rules_;
};

}  // namespace almagest::text
