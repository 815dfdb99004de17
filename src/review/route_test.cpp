#include "review/route.h"

#include <gtest/gtest.h>

#include <set>

#include "error/error.h"
#include "review/api.h"
#include "review/web_files.h"

namespace almagest::review {
namespace {

TEST(APattern, FitsWholePathsAndNamesTheirParts) {
    EXPECT_EQ(match("/review/{page_id}", "/review/12").value().at("page_id"), "12");
    EXPECT_TRUE(
        match("/api/v1/runs/{run_id}", "/api/v1/runs/00000000-0000-4000-8000-00000000000a"));
    for (const std::string path : {"/review/", "/review/x", "/review/1/", "/review/1/2", "/review",
                                   "/review/-1", "/review/1234567890123456789", "review/1", ""})
        EXPECT_FALSE(match("/review/{page_id}", path)) << path;
}

TEST(AParameter, IsANumberOfItsRangeOrRefused) {
    Call call;
    call.parameters = {{"limit", "5"}, {"none", ""}, {"wrong", "5x"}};
    EXPECT_EQ(call.number("limit", 1, 9), 5);
    EXPECT_EQ(call.number("none", 1, 9), std::nullopt);
    EXPECT_EQ(call.number("missing", 1, 9), std::nullopt);
    EXPECT_THROW((void)call.number("wrong", 1, 9), UsageError);
    EXPECT_THROW((void)call.number("limit", 6, 9), UsageError);
}

TEST(TheDescription, HasEveryRouteAndNothingElse) {
    const auto document = nlohmann::json::parse(embedded_files().at("openapi.json"));
    std::set<std::string> described;
    for (const auto& [path, methods] : document.at("paths").items())
        for (const auto& [method, what] : methods.items()) {
            EXPECT_TRUE(what.contains("summary")) << path;
            EXPECT_TRUE(what.at("responses").contains("401")) << path;
            described.insert(method + " " + path);
        }
    std::set<std::string> served = {"get /api/openapi.json", "get /metrics",
                                    "post /review/{page_id}/adjudicate"};
    for (const auto& route : routes({}))
        served.insert((route.method == "GET" ? "get " : "post ") + route.pattern);
    EXPECT_EQ(described, served);
}

}  // namespace
}  // namespace almagest::review
