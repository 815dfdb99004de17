#include <gtest/gtest.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/knowledge.h"
#include "store/temporary_home.h"
#include "text/names.h"

namespace almagest::work {
namespace {

std::string utf8_of(const icu::UnicodeString& text) {
    std::string utf8;
    text.toUTF8String(utf8);
    return utf8;
}

/// Every assigned character of Unicode 15, alone and within a word.
nlohmann::json names_of_all_characters() {
    auto names = nlohmann::json::array();
    for (UChar32 character = 1; character <= UCHAR_MAX_VALUE; ++character) {
        const auto category = u_charType(character);
        UVersionInfo age;
        u_charAge(character, age);
        if (category == U_UNASSIGNED || category == U_SURROGATE || age[0] > 15 ||
            category == U_PRIVATE_USE_CHAR)
            continue;
        const icu::UnicodeString alone(character);
        names.push_back(utf8_of(alone));
        names.push_back(utf8_of(u"a" + alone + u"b"));
    }
    return names;
}

/// What tells names apart by more than one character.
nlohmann::json names_of_several() {
    return {"C",      "C++",          "C#",         "C♯",         "C ++ D",        "+C#+",
            "a+b",    "É++",          "É ++ß",      "ΟΔΥΣΣΕΎΣ Α", "Straße–Name",   "Łódź (2+)",
            "ﬁle №5", "e\u0301+",     "が#",        "#",          "+ #",           " ’n’ ",
            "İzmir",  "\u1FB3\u0345", "한국\u3164", "क्षि",        "א\u05B7\u0591", "C\u200B++"};
}

void expect_same_keys(const nlohmann::json& names) {
    const store::TemporaryHome home;
    const auto database = store::Database::open(config::Settings{}, home.places(), std::nullopt);
    auto connection = database.connect("test");
    const auto rows =
        store::Knowledge(connection)
            .rows(
                "SELECT dbo.fn_name_key(n) AS key FROM jsonb_array_elements_text($1::jsonb) "
                "WITH ORDINALITY e(n, place) ORDER BY place",
                {names.dump()});
    ASSERT_EQ(rows.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto name = names[i].get<std::string>();
        const auto key = text::name_key(name);
        EXPECT_EQ(rows[i].at("key"), key.empty() ? " " : key) << name;
    }
}

TEST(NameKey, IsTheDatabasesForEveryCharacter) {
    expect_same_keys(names_of_all_characters());
}

TEST(NameKey, IsTheDatabasesForWholeNames) {
    expect_same_keys(names_of_several());
}

}  // namespace
}  // namespace almagest::work
