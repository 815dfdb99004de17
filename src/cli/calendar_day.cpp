#include "cli/calendar_day.h"

#include <chrono>
#include <string_view>

namespace almagest::cli {

bool is_calendar_day(const std::string& text) {
    constexpr std::string_view shape = "dddd-dd-dd";
    if (text.size() != shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) return false;
    return text.substr(0, 4) != "0000" &&
           std::chrono::year_month_day(
               std::chrono::year(std::stoi(text.substr(0, 4))),
               std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5, 2)))),
               std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(8)))))
               .ok();
}

}  // namespace almagest::cli
