#include "text/mediawiki_dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "error/error.h"

namespace almagest::text {
namespace {

using testing::HasSubstr;

const std::string kDump =
    "<mediawiki><siteinfo><sitename>Coast</sitename><base>https://c.example/wiki/Main</base>"
    "<namespaces><namespace key=\"0\"/><namespace key=\"14\">Kategorie</namespace></namespaces>"
    "</siteinfo><page><title>A &amp; "
    "B</title><ns>0</ns><id>5</id><revision><id>6</id><text>old</text>"
    "</revision><revision><id>7</id><timestamp>2024-01-01T00:00:00Z</timestamp><model>wikitext</"
    "model>"
    "<text xml:space=\"preserve\">\n&lt;b&gt; é</text></revision></page>"
    "<page><title>C</title><ns>14</ns><redirect title=\"A &amp; "
    "B\"/><revision><text/></revision></page>"
    "</mediawiki>";

struct Read {
    std::vector<DumpPage> pages;
    WikiSite site;
    std::string fault;
};

Read read(std::string_view dump, std::size_t block = 1U << 20U, std::size_t largest = 1000) {
    Read result;
    MediaWikiDump reader(largest, [&](const WikiSite& site, DumpPage&& page) {
        result.site = site;
        result.pages.push_back(std::move(page));
    });
    try {
        for (std::size_t at = 0; at < dump.size(); at += block) reader.feed(dump.substr(at, block));
        reader.finish();
    } catch (const PermanentError& error) {
        result.fault = error.what();
    }
    return result;
}

TEST(MediaWikiDump, GivesPagesWithTheirLastRevisionHoweverItIsCut) {
    for (const std::size_t block : {1U, 2U, 7U, 100'000U}) {
        const auto result = read(kDump, block);
        EXPECT_EQ(result.fault, "");
        ASSERT_EQ(result.pages.size(), 2U);
        EXPECT_EQ(result.pages[0].title, "A & B");
        EXPECT_EQ(result.pages[0].id, "5");
        EXPECT_EQ(result.pages[0].revision_id, "7");
        EXPECT_EQ(result.pages[0].wikitext, "\n<b> é");
        EXPECT_EQ(result.pages[1].redirect, "A & B");
        EXPECT_EQ(result.pages[1].name_space, 14);
        EXPECT_EQ(result.site.namespaces.at(14), "Kategorie");
        EXPECT_EQ(result.site.base, "https://c.example/wiki/Main");
    }
}

TEST(MediaWikiDump, SaysWhyItCannotGoOn) {
    EXPECT_THAT(read("").fault, HasSubstr("empty"));
    EXPECT_THAT(read(kDump.substr(0, 300)).fault, HasSubstr("cut off"));
    EXPECT_THAT(read("<html><body/></html>").fault, HasSubstr("<html>"));
    EXPECT_THAT(read("<mediawiki><page></mediawiki>").fault, HasSubstr("line 1"));
    EXPECT_THAT(read("<!DOCTYPE a [<!ENTITY b \"c\">]><mediawiki>&b;</mediawiki>").fault,
                HasSubstr("document type"));
    std::string deep = "<mediawiki>";
    for (int i = 0; i < 1000; ++i) deep += "<page>";
    EXPECT_THAT(read(deep).fault, HasSubstr("deeper"));
}

TEST(MediaWikiDump, DropsATextOverTheLimitAndGoesOn) {
    std::string dump = kDump;
    dump.insert(dump.find("é"), std::string(2000, 'x'));
    const auto result = read(dump);
    ASSERT_EQ(result.pages.size(), 2U);
    EXPECT_TRUE(result.pages[0].too_large);
    EXPECT_EQ(result.pages[0].wikitext, "");
    EXPECT_FALSE(result.pages[1].too_large);
}

TEST(MediaWikiDump, WhatTheTakerThrowsComesOut) {
    MediaWikiDump reader(100, [](const WikiSite&, DumpPage&&) { throw TransientError("lost"); });
    EXPECT_THROW(reader.feed(kDump), TransientError);
}

TEST(MediaWikiDump, IsLargerThanWhatTheXmlLibraryTakesInOnePiece) {
    std::string dump = "<mediawiki>";
    for (int i = 0; i < 30; ++i)
        dump += "<page><title>T</title><ns>0</ns><revision><text>" + std::string(1'000'000, 'y') +
                "</text></revision></page>";
    const auto result = read(dump + "</mediawiki>", 65536, 2'000'000);
    EXPECT_EQ(result.fault, "");
    EXPECT_EQ(result.pages.size(), 30U);
}

}  // namespace
}  // namespace almagest::text
