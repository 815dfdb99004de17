#pragma once

#include <string>

namespace almagest::cli {

/// Whether a text is a day of the calendar, written YYYY-MM-DD.
[[nodiscard]] bool is_calendar_day(const std::string& text);

}  // namespace almagest::cli
