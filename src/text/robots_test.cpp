#include "text/robots.h"

#include <gtest/gtest.h>

namespace almagest::text {
namespace {

bool allows(const char* rules, const char* target) {
    return RobotsRules(rules, "almagest").allows(target);
}

TEST(Robots, OurGroupHoldsAndNotThatForEveryone) {
    const char* rules =
        "User-agent: *\nDisallow: /\n\nUser-Agent: other\nUser-agent: ALMAGEST/2.0 # us\n"
        "Disallow: /a\nSitemap: x\nAllow: /a/b\n";
    EXPECT_TRUE(allows(rules, "/"));
    EXPECT_FALSE(allows(rules, "/a/c"));
    EXPECT_TRUE(allows(rules, "/a/b/c"));
    EXPECT_FALSE(RobotsRules(rules, "third").allows("/x"));
    EXPECT_TRUE(RobotsRules(rules, "third").allows("/robots.txt"));
}

TEST(Robots, GroupsForTheSameAgentAreOne) {
    const char* rules = "User-agent: almagest\nDisallow: /a\n\nUser-agent: almagest\nDisallow: /b";
    EXPECT_FALSE(allows(rules, "/a"));
    EXPECT_FALSE(allows(rules, "/b"));
}

TEST(Robots, StarsAndDollarsMatch) {
    const char* rules = "User-agent: *\nDisallow: /*.gif$\nDisallow: /x*y*z\nDisallow: /only$\n";
    EXPECT_FALSE(allows(rules, "/p/q.gif"));
    EXPECT_TRUE(allows(rules, "/p/q.gif?1"));
    EXPECT_FALSE(allows(rules, "/x1y2z3"));
    EXPECT_TRUE(allows(rules, "/x1z2y3"));
    EXPECT_FALSE(allows(rules, "/only"));
    EXPECT_TRUE(allows(rules, "/only/not"));
}

TEST(Robots, WhatIsNoRulesAllowsEverything) {
    EXPECT_TRUE(allows("", "/a"));
    EXPECT_TRUE(allows("<html>404</html>", "/a"));
    EXPECT_TRUE(allows("User-agent: *\nDisallow:\n", "/a"));
    EXPECT_TRUE(allows("Disallow: /\n", "/a"));
}

}  // namespace
}  // namespace almagest::text
