#include "work/public_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

namespace almagest::work {
namespace {

bool is_public_text(const char* text) {
    sockaddr_storage storage{};
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        std::memcpy(&storage, &v4, sizeof v4);
    } else {
        EXPECT_EQ(1, inet_pton(AF_INET6, text, &v6.sin6_addr)) << text;
        v6.sin6_family = AF_INET6;
        std::memcpy(&storage, &v6, sizeof v6);
    }
    return is_public(reinterpret_cast<const sockaddr&>(storage));
}

TEST(PublicAddress, OfTheInternetIsPublic) {
    for (const char* text : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111",
                             "::ffff:8.8.8.8", "64:ff9b::808:808", "192.169.0.1"})
        EXPECT_TRUE(is_public_text(text)) << text;
}

TEST(PublicAddress, OfThisMachineItsNetworkAndItsCloudIsNot) {
    for (const char* text : {"127.0.0.1",   "127.255.1.2",      "0.0.0.0",
                             "10.1.2.3",    "172.16.0.1",       "172.31.255.255",
                             "192.168.1.1", "169.254.169.254",  "100.64.0.1",
                             "224.0.0.1",   "255.255.255.255",  "::",
                             "::1",         "::ffff:127.0.0.1", "::ffff:169.254.169.254",
                             "::127.0.0.1", "64:ff9b::7f00:1",  "fe80::1",
                             "fc00::1",     "fd00:ec2::254",    "ff02::1",
                             "2001:db8::1", "2002:7f00:1::",    "2002:c0a8:101::",
                             "fec0::1"})
        EXPECT_FALSE(is_public_text(text)) << text;
}

TEST(PublicAddress, IsOfTheInternetProtocol) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    EXPECT_FALSE(is_public(reinterpret_cast<const sockaddr&>(local)));
}

}  // namespace
}  // namespace almagest::work
