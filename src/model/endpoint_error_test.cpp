#include "model/endpoint_error.h"

#include <gmock/gmock.h>

#include "error/error.h"

namespace almagest::model {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

const auto noon =
    std::chrono::system_clock::from_time_t(1'700'000'000);  // Tue, 14 Nov 2023 22:13:20 GMT

TEST(RetryAfter, SecondsAndDatesAreUnderstood) {
    EXPECT_EQ(retry_after_from("7", noon), milliseconds(7'000));
    EXPECT_EQ(retry_after_from("0.5", noon), milliseconds(500));
    EXPECT_EQ(retry_after_from("Tue, 14 Nov 2023 22:14:00 GMT", noon), milliseconds(40'000));
    EXPECT_EQ(retry_after_from("Tue, 14 Nov 2023 22:00:00 GMT", noon), milliseconds(0));
    EXPECT_EQ(retry_after_from("-3", noon), milliseconds(0));
    EXPECT_EQ(retry_after_from("soon", noon), std::nullopt);
    EXPECT_EQ(retry_after_from("", noon), std::nullopt);
}

TEST(ErrorText, TakesTheMessageOfTheProtocolsForms) {
    EXPECT_EQ(error_text(R"({"error":{"message":"no such model","code":404}})", ""),
              "no such model");
    EXPECT_EQ(error_text(R"({"error":"busy"})", ""), "busy");
    EXPECT_EQ(error_text(R"({"message":"plain"})", ""), "plain");
    EXPECT_EQ(error_text("gateway\nis down", ""), "gateway is down");
    EXPECT_EQ(error_text("<html>long</html>", ""), "");
}

TEST(ErrorText, NeverHoldsTheKeyAndStaysShort) {
    EXPECT_THAT(error_text(R"({"error":{"message":"Incorrect key sk-123 given"}})", "sk-123"),
                ::testing::AllOf(Not(HasSubstr("sk-123")), HasSubstr("***")));
    EXPECT_LT(error_text(std::string(5000, 'x'), "").size(), 400U);
}

}  // namespace
}  // namespace almagest::model
