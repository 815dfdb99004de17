#include "cli/calendar_day.h"

#include <gtest/gtest.h>

namespace almagest::cli {
namespace {

TEST(CalendarDay, IsADayThatThereIs) {
    for (const auto* day : {"1996-05-01", "2024-02-29", "0001-01-01", "9999-12-31"})
        EXPECT_TRUE(is_calendar_day(day)) << day;
}

TEST(CalendarDay, IsNothingElse) {
    for (const auto* text :
         {"", "2024-02-31", "2023-02-29", "1996-13-01", "1996-00-10", "0000-01-01", "96-05-01",
          "1996-5-1", "1996-05-01T00:00", "1996/05/01", "early 1990s", "19 BBY"})
        EXPECT_FALSE(is_calendar_day(text)) << text;
}

}  // namespace
}  // namespace almagest::cli
