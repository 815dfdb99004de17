#include "text/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "error/error.h"
#include "text/code_points.h"

namespace almagest::text {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view name, std::string_view bytes) {
    try {
        (void)read_page(name, bytes);
    } catch (const PermanentError& error) {
        return error.what();
    }
    return "accepted";
}

struct Decoded {
    std::string utf8;
    std::string charset;
};
Decoded decoded(std::string_view bytes, std::optional<std::string> declared = std::nullopt) {
    Decoded result;
    result.utf8 = decode(bytes, std::move(declared), &result.charset);
    return result;
}

TEST(MediaType, IsToldByExtensionThenContent) {
    EXPECT_EQ(detect_media_type("a/b.HTML", "x"), MediaType::html);
    EXPECT_EQ(detect_media_type("https://x.test/p.htm?q=1.txt#f", "x"), MediaType::html);
    EXPECT_EQ(detect_media_type("notes.md", "<html>"), MediaType::markdown);
    EXPECT_EQ(detect_media_type("notes.txt", "<html>"), MediaType::plain_text);
    EXPECT_EQ(detect_media_type("page", " \n<!DOCTYPE HTML>"), MediaType::html);
    EXPECT_EQ(detect_media_type("page.xml", "<?xml version='1.0'?><html>"), MediaType::html);
    EXPECT_EQ(detect_media_type("README", "just words"), MediaType::plain_text);
    for (const char* other : {"a.css", "a.js", "a.json", "a.svg", "a.xml"}) {
        EXPECT_EQ(detect_media_type(other, "text"), std::nullopt) << other;
    }
    EXPECT_EQ(detect_media_type("a.txt", std::string_view("a\0b", 3)), std::nullopt);
    EXPECT_EQ(detect_media_type("a.html", "\x89PNG\r\n\x1A\n..."), std::nullopt);
}

TEST(Charset, ByteOrderMarksComeFirst) {
    EXPECT_EQ(decoded("\xEF\xBB\xBF"
                      "caf\xC3\xA9",
                      "windows-1252")
                  .utf8,
              "café");
    EXPECT_EQ(decoded(std::string_view("\xFF\xFE"
                                       "c\0\xE9\0",
                                       6))
                  .utf8,
              "cé");
    EXPECT_EQ(decoded(std::string_view("\xFE\xFF\0c\0\xE9", 6)).utf8, "cé");
    EXPECT_EQ(decoded(std::string_view("\xFF\xFE\0\0c\0\0\0\xE9\0\0\0", 12)).utf8, "cé");
    EXPECT_EQ(decoded(std::string_view("\xFF\xFE\0\0c\0\0\0\xE9\0\0\0", 12)).charset, "UTF-32LE");
    EXPECT_THROW((void)decoded(std::string_view("\xFF\xFE\x3D\xD8", 4)), PermanentError)
        << "a lone surrogate";
}

TEST(Charset, Utf16WithoutAMarkIsKnownByItsZeros) {
    const Decoded text = decoded(std::string_view("T\0i\0d\0e\0", 8));
    EXPECT_EQ(text.utf8, "Tide");
    EXPECT_EQ(text.charset, "UTF-16LE");
}

TEST(Charset, DeclarationsAreFollowedWhereTheyFit) {
    EXPECT_EQ(decoded("caf\xE9", "iso-8859-1").charset, "windows-1252");
    EXPECT_EQ(decoded("\x93so\x94 caf\xE9", "ISO-8859-1").utf8, "“so” café");
    EXPECT_EQ(decoded("\xD4\xC5\xD3\xD4", "koi8-r").utf8, "тест");
    EXPECT_EQ(decoded("<meta charset=koi8-r><p>\xD4\xC5\xD3\xD4").utf8,
              "<meta charset=koi8-r><p>тест");
    EXPECT_EQ(decoded("<meta http-equiv='Content-Type' content='text/html; charset=ISO-8859-2'>"
                      "\xB1")
                  .charset,
              "iso-8859-2");
    EXPECT_EQ(decoded("<?xml version='1.0' encoding='windows-1251'?><p>\xF2\xE5").utf8,
              "<?xml version='1.0' encoding='windows-1251'?><p>те");
    EXPECT_EQ(decoded("\x83\x65\x83\x58", "Shift_JIS").utf8, "テス");
}

TEST(Charset, ADeclarationThatDoesNotFitIsPassedOver) {
    EXPECT_EQ(decoded("caf\xC3\xA9", "no-such-charset").charset, "UTF-8");
    EXPECT_EQ(decoded("<meta charset=utf-16><p>caf\xC3\xA9").charset, "UTF-8");
    EXPECT_EQ(decoded("<meta charset=utf-7><p>+ADw-").utf8, "<meta charset=utf-7><p>+ADw-");
}

TEST(Charset, IsDetectedWhereNothingIsDeclared) {
    const std::string french =
        "Le port de Vell fut creus\xE9 deux fois avant que le m\xF4le ne f\xFBt \xE9lev\xE9, et "
        "les "
        "pilotes de la guilde tenaient \xE0 jour le registre des navires qui passaient la barre.";
    const Decoded text = decoded(french);
    EXPECT_EQ(text.charset, "windows-1252");
    EXPECT_THAT(text.utf8, HasSubstr("le môle ne fût élevé"));
}

TEST(Charset, NearlyUtf8IsRefusedWithThePlace) {
    EXPECT_THAT(
        refusal("a.txt", "gr\xC3\xBC\xC3\x9F und caf\xC3\xA9 \xC3\xA4\xC3\xB6\xC3\xBC \xFF x"),
        HasSubstr("it is UTF-8 with damage at byte 24"));
}

TEST(ReadPage, FillsEveryMember) {
    const Page page = read_page("x/vell.html", "<title>Vell</title><p>A harbour.</p>");
    EXPECT_EQ(page.title, "Vell");
    EXPECT_EQ(page.text, "A harbour.");
    EXPECT_EQ(page.media_type, MediaType::html);
    EXPECT_EQ(page.charset, "UTF-8");
    EXPECT_EQ(read_page("x/vell.txt", "a harbour").title, "vell.txt");
    EXPECT_EQ(read_page("x/vell.md", "a *harbour*").text, "a harbour");
}

TEST(ReadPage, BinaryFilesAreRefusedByTheirKind) {
    EXPECT_EQ(refusal("a.txt", "%PDF-1.7 \x01"),
              "a.txt: it is a PDF that is damaged: it has no readable table of its parts");
    EXPECT_THAT(refusal("a",
                        "\x7F"
                        "ELF\2\1\1"),
                HasSubstr("an ELF program"));
    EXPECT_THAT(refusal("a", "\x89PNG\r\n\x1A\n"), HasSubstr("a PNG image"));
    EXPECT_THAT(refusal("a", "\xFF\xD8\xFF\xE0"), HasSubstr("a JPEG image"));
    EXPECT_THAT(refusal("a.html", "\x1F\x8B\x08"), HasSubstr("gzip-compressed"));
    EXPECT_THAT(refusal("a.docx", "PK\3\4"), HasSubstr("a zip archive"));
    EXPECT_THAT(refusal("a.txt", std::string_view("text\0text", 9)), HasSubstr("NUL"));
    EXPECT_THAT(refusal("a.txt", "\1\2\3\4\5\6\7\1\2\3"), HasSubstr("control characters"));
    EXPECT_EQ(read_page("a.txt", "RIFF is a kind of file.").text, "RIFF is a kind of file.");
}

TEST(ReadPage, WhatIsSomethingElseIsToldFromPagesWithFaults) {
    const auto png = std::string("\x89PNG\r\n\x1A\n....");
    for (const auto& [name, bytes] : std::vector<std::pair<std::string, std::string>>{
             {"a.css", "p { }"}, {"a.html", png}, {"a", std::string("a\0b", 3)}, {"a.txt", ""}}) {
        EXPECT_THROW((void)read_page(name, bytes), NotAPage) << name;
    }
    for (const auto& [name, bytes] : std::vector<std::pair<std::string, std::string>>{
             {"a.html", "<meta charset='utf-8'><p>\xFF\xFE words</p>"}, {"a.txt", " \n"}}) {
        try {
            (void)read_page(name, bytes);
            ADD_FAILURE() << name << " was read";
        } catch (const NotAPage& error) {
            ADD_FAILURE() << error.what();
        } catch (const PermanentError& error) {
            EXPECT_THAT(error.what(), HasSubstr(name));
        }
    }
    EXPECT_TRUE(has_page_name("a/b.HTML") && has_page_name("notes.md") && has_page_name("x.pdf"));
    EXPECT_FALSE(has_page_name("a.css") || has_page_name("README") || has_page_name("a.html.gz"));
}

TEST(ReadPage, PagesWithoutTextAreRefused) {
    EXPECT_THAT(refusal("a.txt", ""), HasSubstr("a.txt: it is empty"));
    EXPECT_THAT(refusal("a.txt", " \r\n\t \n"), HasSubstr("holds no readable text"));
    EXPECT_THAT(refusal("a.html", "<title>T</title><script>x</script>"),
                HasSubstr("no readable text"));
    EXPECT_THAT(refusal("a.html", "\xEF\xBB\xBF"), HasSubstr("no readable text"));
    EXPECT_THAT(refusal("a.md", "---\ntitle: x\n---\n"), HasSubstr("no readable text"));
    EXPECT_THAT(refusal("a.css", "p { }"), HasSubstr("not a page"));
}

/// What every page must keep to, whatever it was read from.
void expect_clean(const Page& page) {
    for (const std::string* text : {&page.title, &page.text}) {
        ASSERT_TRUE(is_utf8(*text));
        ASSERT_EQ(text->find('\0'), std::string::npos);
        ASSERT_EQ(text->find('\r'), std::string::npos);
    }
    ASSERT_FALSE(page.text.empty());
    ASSERT_EQ(page.text.find("\n\n\n"), std::string::npos);
    ASSERT_NE(page.text.front(), '\n');
    ASSERT_NE(page.text.back(), '\n');
}

void read_as_everything(const std::string& bytes) {
    for (const char* name : {"a.html", "a.md", "a.txt", "a"}) {
        for (const char* declared :
             {"", "utf-8", "windows-1252", "utf-16", "shift_jis", "gb18030"}) {
            try {
                const std::string charset = declared;
                expect_clean(read_page(name, bytes,
                                       charset.empty() ? std::nullopt : std::optional(charset)));
            } catch (const PermanentError&) {
            }
        }
    }
}

TEST(ReadPage, RandomBytesNeverCrash) {
    std::mt19937 random(20'240'229);
    for (int round = 0; round < 400; ++round) {
        std::string bytes(random() % 300, '\0');
        const unsigned kinds = round % 2 == 0 ? 256 : 96;
        for (char& byte : bytes)
            byte = static_cast<char>(random() % kinds + (kinds == 96 ? 32 : 0));
        read_as_everything(bytes);
    }
}

TEST(ReadPage, RandomMarkupNeverCrashes) {
    const char* const pieces[] = {"<div>",      "</div>",    "<p>",      "<table>",
                                  "<tr>",       "<td>",      "</table>", "<ul>",
                                  "<li>",       "</ul>",     "<pre>",    "</pre>",
                                  "<h1>",       "</h2>",     "<br>",     "<a href='x'>",
                                  "</a>",       "<nav>",     "<main>",   "<sup>",
                                  "<script>",   "</script>", "<style>",  "<title>",
                                  "</title>",   "<!--",      "-->",      "<![CDATA[",
                                  "]]>",        "&amp;",     "&#",       "&#150;",
                                  "&#x110000;", "<",         ">",        "\"",
                                  "=",          "word ",     "Vell ",    "\n",
                                  "\n\n",       "# ",        "- ",       "|",
                                  "|-|-|",      "```",       "*",        "_",
                                  "[",          "](",        ")",        "\t",
                                  "\r",         "\f",        "é",        "天",
                                  "\u2029",     "\xFF",      "\xC3",     "<form>",
                                  "<header>",   "<footer>",  "<q>",      "<li hidden>",
                                  "---\n",      "    "};
    std::mt19937 random(42);
    for (int round = 0; round < 600; ++round) {
        std::string bytes;
        for (auto i = random() % 120; i > 0; --i) bytes += pieces[random() % std::size(pieces)];
        read_as_everything(bytes);
    }
}

}  // namespace
}  // namespace almagest::text
