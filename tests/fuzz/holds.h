#pragma once

#include <cstdlib>

/// Ends the program, as a finding, where something does not hold.
inline void require(bool holds) {
    if (!holds) std::abort();
}
