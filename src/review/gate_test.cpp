#include "review/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "error/error.h"

namespace almagest::review {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr const char* ada = "ada-token-0123456789";

Gate gate_for(Doors doors, Gate::Clock clock = std::chrono::system_clock::now) {
    return {Reviewers::of_token(ada, "Ada"), std::move(doors), std::move(clock)};
}

httplib::Request request_to(const std::string& host, const std::string& method = "GET") {
    httplib::Request request;
    request.method = method;
    request.set_header("Host", host);
    return request;
}

TEST(AGate, KnowsItselfByItsOwnNamesOnly) {
    const auto gate = gate_for({"127.0.0.1", 8420, {"review.example"}, false});
    for (const std::string host :
         {"127.0.0.1:8420", "localhost:8420", "[::1]:8420", "review.example", "review.example:443"})
        EXPECT_FALSE(gate.check_origin(request_to(host))) << host;
    for (const std::string host :
         {"127.0.0.1", "127.0.0.1:80", "192.0.2.1:8420", "evil.example:8420", "review.example.evil",
          "localhost.evil:8420", ""})
        EXPECT_TRUE(gate.check_origin(request_to(host))) << host;
    auto two = request_to("localhost:8420");
    two.headers.emplace("Host", "evil.example");
    EXPECT_TRUE(gate.check_origin(two));
}

TEST(AGate, TakesNumericAddressesWhereRemoteIsAllowed) {
    const auto gate = gate_for({"0.0.0.0", 8420, {}, true});
    EXPECT_FALSE(gate.check_origin(request_to("192.0.2.1:8420")));
    EXPECT_FALSE(gate.check_origin(request_to("[2001:db8::1]:8420")));
    EXPECT_TRUE(gate.check_origin(request_to("evil.example:8420")));
}

TEST(AGate, TakesPostsOfItsOwnPagesOnly) {
    const auto gate = gate_for({"127.0.0.1", 8420, {}, false});
    const auto with = [](const std::string& name, const std::string& value) {
        auto request = request_to("localhost:8420", "POST");
        request.set_header(name, value);
        return request;
    };
    EXPECT_FALSE(gate.check_origin(request_to("localhost:8420", "POST")));
    EXPECT_FALSE(gate.check_origin(with("Origin", "http://localhost:8420")));
    EXPECT_TRUE(gate.check_origin(with("Origin", "http://localhost:8421")));
    EXPECT_TRUE(gate.check_origin(with("Origin", "null")));
    EXPECT_TRUE(gate.check_origin(with("Sec-Fetch-Site", "cross-site")));
}

TEST(ASession, EndsAfterItsTime) {
    auto now = std::chrono::system_clock::now();
    const auto gate = gate_for({"127.0.0.1", 8420, {}, false}, [&now] { return now; });
    auto request = request_to("localhost:8420");
    const auto cookie = gate.cookie_for(ada).value();
    request.set_header("Cookie", "other=1; " + cookie.substr(0, cookie.find(';')));
    EXPECT_EQ(gate.visitor(request).value().name, "Ada");
    now += Gate::kSession - std::chrono::seconds(2);
    EXPECT_TRUE(gate.visitor(request));
    now += std::chrono::seconds(2);
    EXPECT_FALSE(gate.visitor(request));
}

TEST(Loopback, IsToldFromOtherAddresses) {
    for (const std::string host : {"127.0.0.1", "127.9.9.9", "::1", "localhost"})
        EXPECT_TRUE(is_loopback(host)) << host;
    for (const std::string host : {"0.0.0.0", "127.0.0.1.evil", "::", "192.0.2.1", "", "example"})
        EXPECT_FALSE(is_loopback(host)) << host;
}

class AFileOfReviewers : public testing::Test {
  protected:
    void SetUp() override {
        auto pattern = (std::filesystem::temp_directory_path() / "almagest-review-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_;
};

TEST_F(AFileOfReviewers, IsMadeOnceForItsOwnerAlone) {
    const auto file = folder_ / "serve" / "reviewers";
    const auto made = Reviewers::of_file(file, "Ada");
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
    ASSERT_EQ(made.all().size(), 1U);
    EXPECT_GE(made.all().front().token.size(), 64U);
    EXPECT_EQ(Reviewers::of_file(file, "Bob").all().front().token, made.all().front().token);
    const auto* found = made.of_secret(made.all().front().token);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, "Ada");
    EXPECT_EQ(made.of_secret(""), nullptr);
    EXPECT_EQ(made.of_secret(made.all().front().token + "0"), nullptr);
}

TEST_F(AFileOfReviewers, TakesNamesWithSpacesAndRefusesWhatOthersCanRead) {
    const auto file = folder_ / "reviewers";
    std::ofstream(file) << "reader 0123456789abcdef  Ada King Byron \n";
    std::filesystem::permissions(file, std::filesystem::perms(0640));
    EXPECT_THAT([&] { (void)Reviewers::of_file(file, "x"); },
                ThrowsMessage<UsageError>(HasSubstr("chmod 600")));
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    const auto reviewers = Reviewers::of_file(file, "x");
    EXPECT_EQ(reviewers.all().front().name, "Ada King Byron");
    EXPECT_EQ(reviewers.all().front().role, Role::reader);
}

}  // namespace
}  // namespace almagest::review
