#include <gtest/gtest.h>

#include <array>
#include <random>

#include "contract/answer.h"

// What must hold for every answer, tried on many with a fixed seed.

namespace almagest::contract {
namespace {

using nlohmann::json;

class Documents {
  public:
    explicit Documents(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }

    std::string text() {
        static const std::array<const char*, 18> pieces{
            "a", "Ada",     " ",           "\"", "\\", "\n", ", ", ": ", "名字",
            "é", "e\u0301", "👩‍🚀", "'",  "{",  "[",  "“",  "//", "\t"};
        std::string result;
        for (auto left = below(6); left > 0; --left) result += pieces.at(below(pieces.size()));
        return result;
    }
    json scalar() {
        switch (below(6)) {
            case 0:
                return static_cast<int>(below(100'000));
            case 1:
                return -12.5;
            case 2:
                return below(2) == 0;
            case 3:
                return nullptr;
            default:
                return text();
        }
    }
    json value(int depth) {
        const auto kind = depth > 0 ? below(4) : 2;
        if (kind > 1) return scalar();
        json result = kind == 0 ? json::array() : json::object();
        for (auto left = below(4); left > 0; --left) {
            if (kind == 0) {
                result.push_back(value(depth - 1));
            } else {
                result["k" + std::to_string(left) + text()] = value(depth - 1);
            }
        }
        return result;
    }
    json answer() {
        json items = json::array();
        for (auto left = 1 + below(4); left > 0; --left) {
            items.push_back({{"name", text()}, {"more", value(2)}, {"n", below(1000)}});
        }
        return {{"entities", items},
                {"note", text()},
                {"wrapped", {{"list", json::array({text(), text()})}}}};
    }
    std::string garbage() {
        static const std::array<const char*, 30> pieces{
            "{",   "}",  "[", "]",  ",",   ":",    "\"",   "'",   "\\",      "/",
            "*",   "\n", " ", "a",  "1",   "-",    ".",    "e",   "true",    "null",
            "```", "“",  "”", "名", "\\u", "\xF0", "\x80", "...", "<think>", "None"};
        std::string result;
        for (auto left = below(60); left > 0; --left) result += pieces.at(below(pieces.size()));
        return result;
    }

  private:
    std::mt19937 random_;
};

/// Is every array a prefix of the original's, item for item, and every other value the original's?
bool only_complete_items(const json& read, const json& original) {
    if (read.is_array() && original.is_array()) {
        return read.size() <= original.size() &&
               std::equal(read.begin(), read.end(), original.begin());
    }
    if (!read.is_object() || !original.is_object()) return read == original;
    for (const auto& [key, value] : read.items()) {
        if (!original.contains(key) || !only_complete_items(value, original[key])) return false;
    }
    return true;
}

TEST(ParseProperties, AnAnswerCutAtAnyByteKeepsOnlyCompleteItems) {
    Documents documents(7);
    for (int round = 0; round < 60; ++round) {
        const auto original = documents.answer();
        const auto whole = original.dump(round % 2 == 0 ? -1 : 2);
        for (std::size_t bytes = 1; bytes < whole.size(); ++bytes) {
            const auto answer = parse_answer(whole.substr(0, bytes), nullptr);
            ASSERT_TRUE(answer) << whole.substr(0, bytes);
            EXPECT_TRUE(answer->truncated);
            ASSERT_TRUE(only_complete_items(answer->value, original))
                << whole.substr(0, bytes) << "\ngave " << answer->value.dump();
        }
    }
}

TEST(ParseProperties, EveryItemThatIsCompleteIsKept) {
    Documents documents(8);
    for (int round = 0; round < 40; ++round) {
        const auto original = documents.answer();
        std::string text = "{\"entities\":[";
        for (std::size_t i = 0; i < original["entities"].size(); ++i) {
            text += (i > 0 ? "," : "") + original["entities"][i].dump();
            const auto answer = parse_answer(text + ",{\"name\":\"cut", nullptr);
            ASSERT_TRUE(answer);
            EXPECT_EQ(answer->value["entities"].size(), i + 1) << text;
        }
    }
}

TEST(ParseProperties, AValidDocumentIsReadAlikeByEveryWay) {
    Documents documents(9);
    for (int round = 0; round < 400; ++round) {
        const auto original = documents.answer();
        const auto text = original.dump(round % 3 - 1);
        const auto expect = [&](const std::string& answer, ParseStrategy strategy) {
            const auto read = parse_answer(answer, nullptr);
            ASSERT_TRUE(read) << answer;
            EXPECT_EQ(read->value, original) << answer;
            EXPECT_EQ(read->strategy, strategy) << answer;
            EXPECT_FALSE(read->truncated);
        };
        expect(text, ParseStrategy::strict);
        expect("```json\n" + text + "\n```", ParseStrategy::fenced);
        expect("It's this: " + text + " - is it?", ParseStrategy::surrounded);
        // One comma too many sends a valid document through the repair.
        expect(text.substr(0, text.size() - 1) + ",}", ParseStrategy::repaired);
    }
}

TEST(ParseProperties, GarbageIsReadOrRefusedAndNeverMore) {
    Documents documents(10);
    for (int round = 0; round < 20'000; ++round) {
        const auto text = documents.garbage();
        std::string why;
        const auto answer = parse_answer(text, &why);
        EXPECT_TRUE(answer || !why.empty()) << text;
        const auto value = answer ? answer->value : json();
        EXPECT_NO_THROW((void)value.dump()) << text;  // throws on bad UTF-8
    }
}

}  // namespace
}  // namespace almagest::contract
