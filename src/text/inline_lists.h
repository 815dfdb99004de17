#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace almagest::text {

/// An item of a list whose items all stand in one line: "1) the mill 2) the weir".
struct InlineItem {
    std::size_t start = 0;    ///< of its number, or of the bullet before it
    std::size_t content = 0;  ///< of what follows the number
};

/// The second and later items where `line` begins with the first, in UTF-16 offsets: numbers from 1
/// or letters from a, each one higher than the last, all marked alike. Numbers with a full stop
/// alone count only from three items on, or with bullets: "1. Read part 2. Then stop." is no list.
[[nodiscard]] std::vector<InlineItem> inline_items(std::u16string_view line);

}  // namespace almagest::text
