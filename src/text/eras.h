#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::text {

struct DateToken;
struct TokenDate;

/// Years that a world counts in its own way: "19 BBY" lies 19 years before the year zero of BBY.
struct Era {
    std::vector<std::string> names;  ///< "BBY", "before the Battle of Yavin"; as they are written
    int zero = 0;                    ///< the year, 1–9999, that its year 0 is stored as
    bool backward = false;           ///< greater numbers are earlier
};
using Calendar = std::vector<Era>;

/// Reads years of a calendar's eras among tokens. Holds its names ready; views the calendar's
/// texts, so it must not outlive them. Thread-safe.
class EraReader {
  public:
    explicit EraReader(const Calendar& calendar);

    /// The years that begin at token `i`: "19 BBY", "c. 5,000 BBY" from its number on, "early 4
    /// ABY", and both of "22–19 BBY" and "22 to 19 BBY". Years beyond 1–9999 are none.
    [[nodiscard]] std::vector<TokenDate> read(const std::vector<DateToken>& tokens,
                                              std::size_t i) const;

  private:
    struct Name {
        std::vector<std::string_view> words;
        const Era* era;
    };
    std::vector<Name> names_;  // longest first
};

}  // namespace almagest::text
