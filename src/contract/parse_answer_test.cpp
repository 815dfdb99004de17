#include <gtest/gtest.h>

#include "contract/answer.h"

namespace almagest::contract {
namespace {

using nlohmann::json;

ParsedAnswer parsed(std::string_view text, const Schema* schema = nullptr) {
    std::string why;
    auto answer = parse_answer(text, &why, 8U << 20U, schema);
    EXPECT_TRUE(answer) << text << "\n" << why;
    return answer ? std::move(*answer) : ParsedAnswer{};
}

std::string refusal(std::string_view text, std::size_t maximum_bytes = 8U << 20U) {
    std::string why;
    const auto answer = parse_answer(text, &why, maximum_bytes);
    EXPECT_FALSE(answer) << text << " gave " << answer->value.dump();
    return why;
}

struct Case {
    const char* text;
    const char* value;
};

void expect_values(std::initializer_list<Case> cases, ParseStrategy strategy) {
    for (const auto& [text, value] : cases) {
        const auto answer = parsed(text);
        EXPECT_EQ(answer.value, json::parse(value)) << text;
        EXPECT_EQ(to_string(answer.strategy), to_string(strategy)) << text;
        EXPECT_FALSE(answer.truncated) << text;
    }
}

TEST(ParseAnswer, TakesStrictJsonAsItIs) {
    expect_values(
        {{R"({"a":[1,-2.5e3,"ü\n😀",true,null]})", R"({"a":[1,-2500.0,"ü\n😀",true,null]})"},
         {" \r\n\t[ ]\n", "[]"},
         {R"("text")", R"("text")"},
         {R"({"a":"\ud83d\ude00"})", R"({"a":"😀"})"}},
        ParseStrategy::strict);
    EXPECT_TRUE(parsed("{}").notes.empty());
}

TEST(ParseAnswer, StrictRefusesWhatTheStandardRefuses) {
    for (const char* text : {"[1,]",
                             "[01]",
                             "[+1]",
                             "[NaN]",
                             "[.5]",
                             "[1.]",
                             "{a:1}",
                             "{'a':1}",
                             "[1]x",
                             "[\"\t\"]",
                             R"(["\ud800"])",
                             R"(["\udc00"])",
                             R"(["\x"])",
                             "[\"a\nb\"]",
                             "[1 2]",
                             "{\"a\":1 \"b\":2}",
                             R"({"a":1,"a":1})",
                             "[True]",
                             "[\"\xE4\"]",
                             "\xEF\xBB\xBF{}",
                             "{} {}",
                             "[1e999]"}) {
        const auto answer = parse_answer(text, nullptr);
        EXPECT_FALSE(answer && answer->strategy == ParseStrategy::strict) << text;
    }
}

TEST(ParseAnswer, FindsTheDocumentInACodeFence) {
    expect_values({{"```json\n{\"a\": 1}\n```", R"({"a":1})"},
                   {"```\n[1,2]\n```\n", "[1,2]"},
                   {"Sure!\n\n~~~JSON\n{\"a\": 1}\n~~~\nAnything else? {x}", R"({"a":1})"},
                   {"```json\n{\"a\": \"b\"}", R"({"a":"b"})"},
                   {"see [1] and [2, 3, 4, 5, 6, 7, 8]\n```json {\"a\":1} ``` done", R"({"a":1})"},
                   {"```python\n{\"a\": \"```\"}\n```", R"({"a":"```"})"}},
                  ParseStrategy::fenced);
}

TEST(ParseAnswer, FindsTheDocumentInProse) {
    expect_values({{"Here you are: {\"a\": \"} ]\"} I hope it helps.", R"({"a":"} ]"})"},
                   {"<|im_start|>assistant\n{\"a\":1}<|im_end|>", R"({"a":1})"},
                   {"As in [1]: {\"list\": [1, 2, 3]}", R"({"list":[1,2,3]})"},
                   {"{\"a\":1}}", R"({"a":1})"},
                   {"callback({\"a\":1});", R"({"a":1})"},
                   {"\xEF\xBB\xBF{\"a\":1}", R"({"a":1})"},
                   {"if { x then {\"a\": [1]}", R"({"a":[1]})"}},
                  ParseStrategy::surrounded);
}

TEST(ParseAnswer, LeavesOutWhatWasThoughtAloud) {
    EXPECT_EQ(parsed("<think>maybe {\"name\": \"draft, a long one\"}</think>\n{\"a\":1}").value,
              json::parse(R"({"a":1})"));
    EXPECT_EQ(refusal("<think>so {\"a\":1}, and"),
              "the answer ends before the model stopped thinking aloud");
    EXPECT_EQ(parsed(R"({"a":"</think>"})").value, json::parse(R"({"a":"</think>"})"));
}

TEST(ParseAnswer, JoinsDocumentsInARowIntoAList) {
    EXPECT_EQ(parsed("{\"a\":1}\n{\"a\":2},\n{\"a\":3}").value,
              json::parse(R"([{"a":1},{"a":2},{"a":3}])"));
    EXPECT_EQ(parsed("{'a':1}\n{'a':2}").value, json::parse(R"([{"a":1},{"a":2}])"));
    // The last one breaks off, so it is no item.
    const auto cut = parsed("{\"a\":1}\n{\"a\":2}\n{\"a\":3, \"b\": \"x");
    EXPECT_EQ(cut.value, json::parse(R"([{"a":1},{"a":2}])"));
    EXPECT_TRUE(cut.truncated);
}

TEST(ParseAnswer, OfSeveralDocumentsTheLargestWins) {
    EXPECT_EQ(parsed("First {\"a\":1} then {\"a\":[1,2,3]} not {\"a\":2}.").value,
              json::parse(R"({"a":[1,2,3]})"));
    EXPECT_EQ(parsed("First {\"a\":1} then {\"a\":2}!").value, json::parse(R"({"a":2})"));
}

TEST(ParseAnswer, TheSchemaChoosesTheLastThatFits) {
    const Schema schema(json::parse(R"({"type":"object","required":["items"],
        "properties":{"items":{"type":"array"}},"additionalProperties":false})"));
    const auto drafts = "Draft: {\"items\":[1,2,3,4]} Final: {\"items\":[1]} Used {\"x\":1}";
    EXPECT_EQ(parsed(drafts, &schema).value, json::parse(R"({"items":[1]})"));
    const auto wrapped = parsed(R"({"result":{"items":[1]}})", &schema);
    EXPECT_EQ(wrapped.value, json::parse(R"({"items":[1]})"));
    EXPECT_EQ(wrapped.notes.size(), 1U);
    EXPECT_EQ(parsed(R"([{"items":[1]}])", &schema).value, json::parse(R"({"items":[1]})"));
    // A decoy that fits does not stand in for a longer answer that needs repair.
    EXPECT_EQ(parsed("Like {\"items\":[]}: {'items': [1, 2, 3, 4]}", &schema).value,
              json::parse(R"({"items":[1,2,3,4]})"));
    // Nothing fits: the caller gets the best and sees the violations.
    EXPECT_EQ(parsed(R"({"other":1})", &schema).value, json::parse(R"({"other":1})"));
}

TEST(ParseAnswer, TakesJsonOutOfAJsonString) {
    const auto answer = parsed(R"("{\"a\": [1, \"x\"]}")");
    EXPECT_EQ(answer.value, json::parse(R"({"a":[1,"x"]})"));
    EXPECT_EQ(answer.strategy, ParseStrategy::surrounded);
    EXPECT_EQ(parsed(R"({\"a\": \"b \\\"c\\\"\"})").value, json::parse(R"({"a":"b \"c\""})"));
}

TEST(ParseAnswer, RepairsQuotationMarks) {
    expect_values(
        {{"{'a': 'b'}", R"({"a":"b"})"},
         {"{“a”: “it’s”}", R"({"a":"it’s"})"},
         {"{a: \"b\", c_d: 2, 5: 1}", R"({"a":"b","c_d":2,"5":1})"},
         {R"({'a': 'it\'s "so"'})", R"({"a":"it's \"so\""})"},
         {"{'a': 'the authors' book', 'b': 1}", R"({"a":"the authors' book","b":1})"},
         {R"({"a": "he said "no" twice", "b": 1})", R"({"a":"he said \"no\" twice","b":1})"},
         {R"({"a": "x, "y", "z" and w", "b": 1})", R"({"a":"x, \"y\", \"z\" and w","b":1})"},
         {R"(["lorem "ipsum", sic", "x"])", R"(["lorem \"ipsum\", sic","x"])"},
         {R"({"a": "b, "c": "d"})", R"({"a":"b","c":"d"})"},
         {R"({"a": "b, c: "d"})", R"({"a":"b","c":"d"})"},
         {R"({"a": ["b]})", R"({"a":["b"]})"},
         {R"({a":"b",c":"d"})", R"({"a":"b","c":"d"})"},
         {"{\"a\": bare words, \"b\": other}", R"({"a":"bare words","b":"other"})"},
         {"{\"a\": https://x.org/y, \"b\": 1}", R"({"a":"https://x.org/y","b":1})"}},
        ParseStrategy::repaired);
}

TEST(ParseAnswer, RepairsCommasCommentsLiteralsAndBrackets) {
    expect_values({{"[1,2,]", "[1,2]"},
                   {"[,1,,2]", "[1,2]"},
                   {"{\"a\":1,}", R"({"a":1})"},
                   {"{\"a\": 1 \"b\": 2}", R"({"a":1,"b":2})"},
                   {"[\"a\" \"b\"\n\"c\"]", R"(["a","b","c"])"},
                   {"[{\"a\":1}{\"a\":2}]", R"([{"a":1},{"a":2}])"},
                   {"[{\"a\":1,{\"a\":2}]", R"([{"a":1},{"a":2}])"},
                   {"{\"a\" \"b\"}", R"({"a":"b"})"},
                   {"{\"a\": 1, // one\n\"b\": /* two */ 2 # three\n}", R"({"a":1,"b":2})"},
                   {"{'a': True, 'b': False, 'c': None}", R"({"a":true,"b":false,"c":null})"},
                   {"[1, 2, ...]", "[1,2]"},
                   {"[1, …, 2]", "[1,2]"},
                   {"{\"a\":1, ...}", R"({"a":1})"},
                   {"[.5, 1., +2, 1.1.1]", R"([0.5,1.0,2,"1.1.1"])"},
                   {"[1,2}", "[1,2]"},
                   {"{\"a\":[{\"b\":1], \"c\":2}", R"({"a":[{"b":1}],"c":2})"},
                   {"[{\"a\":1}},{\"a\":2}]", R"([{"a":1},{"a":2}])"},
                   {"{\"a\":1}, \"b\":2}", R"({"a":1,"b":2})"},
                   {"{\"a\":\"b\nc\td\"}", R"({"a":"b\nc\td"})"},
                   {R"({"a":"C:\x \_"})", R"({"a":"C:x _"})"},
                   {R"({"a":"\ud800!"})", "{\"a\":\"\uFFFD!\"}"},
                   {"{\"a\":\u00A0\"b\"}", R"({"a":"b"})"}},
                  ParseStrategy::repaired);
}

TEST(ParseAnswer, ARepairedAnswerSaysWhatWasMended) {
    const auto notes = parsed("{'a': 1, /* x */ 'b': True,}").notes;
    EXPECT_EQ(notes, (std::vector<std::string>{
                         "read quotation marks of another style", "left out comments",
                         "read literals of another language", "left out a comma too many"}));
}

TEST(ParseAnswer, ClosesACutAnswerAtItsLastCompleteItem) {
    struct Cut {
        const char* text;
        const char* value;
    };
    for (const auto& [text, value] : std::initializer_list<Cut>{
             {R"({"e":[{"n":"A"},{"n":"B"},{"n":"C)", R"({"e":[{"n":"A"},{"n":"B"}]})"},
             {R"({"e":[{"n":"A"},{"n":"B")", R"({"e":[{"n":"A"}]})"},
             {R"({"e":[{"n":"A","l":["x","y)", R"({"e":[]})"},
             {R"({"e":[{"n":"A"}],"r":[{"s":1},{)", R"({"e":[{"n":"A"}],"r":[{"s":1}]})"},
             {R"({"w":{"e":[{"n":"A"},{)", R"({"w":{"e":[{"n":"A"}]}})"},
             {R"({"a":"b","c":"d)", R"({"a":"b"})"},
             {R"([1, 2, 34)", "[1,2]"},
             {R"([1, 2, tr)", "[1,2]"},
             {R"([true, true)", "[true,true]"},
             {R"({"a)", "{}"},
             {R"({"a":)", "{}"},
             {R"(["x\)", "[]"},
             {R"(["x\u00)", "[]"},
             {"[\"a\",\"\xE4\xB8", R"(["a"])"},
             {"```json\n{\"e\":[{\"n\":1},{\"n\":2\n```", R"({"e":[{"n":1}]})"},
             {"{'e':['a','b'", R"({"e":["a","b"]})"}}) {
        const auto answer = parsed(text);
        EXPECT_EQ(answer.value, json::parse(value)) << text;
        EXPECT_TRUE(answer.truncated) << text;
        EXPECT_EQ(answer.strategy, ParseStrategy::repaired) << text;
    }
}

TEST(ParseAnswer, SaysWhyNothingIsUsable) {
    EXPECT_EQ(refusal(""), "the answer is not usable: it holds no JSON object or array");
    EXPECT_EQ(refusal("I'm sorry, there are none."),
              "the answer is not usable: it holds no JSON object or array");
    EXPECT_EQ(refusal("[1,2,3]", 5), "the answer has 7 bytes, more than the 5 allowed");
    EXPECT_EQ(refusal("{\"a\": \"\xFF\"}"), "the answer is not well-formed UTF-8");
    EXPECT_EQ(refusal(R"({"a":1,"a":2})"),
              "the answer is not usable: it is beyond repair: the key \"a\" occurs twice with "
              "different values");
    EXPECT_EQ(refusal(std::string(200, '[')),
              "the answer is not usable: it is beyond repair: it is nested deeper than 128 levels");
}

TEST(ParseAnswer, TakesDepth128AndRefuses129) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_EQ(parsed(nested(127)).strategy, ParseStrategy::strict);
    EXPECT_TRUE(parse_answer(nested(128), nullptr));
    EXPECT_FALSE(parse_answer(nested(129), nullptr));
}

TEST(ParseAnswer, EndsOnHostileTexts) {
    constexpr std::size_t bytes = 256U << 10U;
    for (const std::string_view unit : {"[",
                                        "{\"a\":",
                                        "\"",
                                        "'a",
                                        "\"a\":\"b,",
                                        "\\",
                                        "/*",
                                        "[\"x\"/*y*/",
                                        ", a",
                                        "a ",
                                        "}",
                                        "},",
                                        "[1] x ",
                                        "{} x ",
                                        "```json\n{",
                                        " ",
                                        "\"k\": \"a, b: \"c\"",
                                        "{a ",
                                        "…",
                                        "“a",
                                        "\"\",",
                                        "{\"a\":[1]},\"b\":"}) {
        for (const std::string_view start : {"", "{\"a\": \"", "[\"", "{", "['"}) {
            std::string text(start);
            while (text.size() < bytes) text += unit;
            std::string why;
            const auto answer = parse_answer(text, &why);
            EXPECT_TRUE(answer || !why.empty()) << start << unit;
        }
    }
}

}  // namespace
}  // namespace almagest::contract
