#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "contract/answer.h"
#include "contract/schema_pattern.h"
#include "error/error.h"

namespace almagest::contract {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string refused(const char* schema) {
    try {
        const Schema compiled(json::parse(schema));
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

const char* const entities = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object", "required": ["entities"], "additionalProperties": false,
  "properties": {"entities": {"type": "array", "maxItems": 3, "items": {"$ref": "#/definitions/entity"}}},
  "definitions": {"entity": {"type": "object", "required": ["name"], "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 5},
      "kind": {"enum": ["a", "b"]}, "n": {"type": "integer", "minimum": 1}}}}
})";

TEST(Schema, AcceptsWhatFits) {
    const Schema schema(json::parse(entities));
    EXPECT_THAT(
        schema.violations(json::parse(R"({"entities":[{"name":"名字é👩","kind":"a","n":1}]})")),
        IsEmpty());
}

TEST(Schema, SaysWhereAndWhat) {
    const Schema schema(json::parse(entities));
    EXPECT_THAT(schema.violations(json::parse(R"({"entities":[{"name":"A"},{"kind":"c"}]})")),
                ElementsAre(HasSubstr("/entities/1/kind: "), HasSubstr("/entities/1: ")));
    EXPECT_THAT(schema.violations(json::parse(R"({"entities":[],"x":1})")),
                ElementsAre(AllOf(HasSubstr("the answer: "), HasSubstr("x"))));
    EXPECT_THAT(schema.violations(json::parse(R"({"entities":[{"name":"too long"}]})")),
                ElementsAre(HasSubstr("/entities/0/name: ")));
    EXPECT_THAT(schema.violations(json::parse("[]")), ElementsAre(HasSubstr("the answer: ")));
}

TEST(Schema, SaysItInWordsForPeople) {
    const Schema schema(json::parse(R"({"type": "object", "required": ["items"],
        "additionalProperties": false, "properties": {
          "items": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true,
                    "items": {"type": ["string", "integer"]}},
          "kind": {"enum": ["a", "b"]}, "fixed": {"const": 1}, "name": {"type": "string",
          "minLength": 2, "maxLength": 4}, "code": {"pattern": "^[A-Z]$"},
          "n": {"minimum": 1, "maximum": 9}, "half": {"multipleOf": 0.5}}})"));
    const auto said = [&](const char* value) { return schema.violations(json::parse(value)); };
    EXPECT_THAT(said("[]"), ElementsAre("the answer: is a list, which is not allowed here"));
    EXPECT_THAT(said("{}"), ElementsAre("the answer: lacks the member “items”"));
    EXPECT_THAT(said(R"({"items": ["a"], "people": 1})"),
                ElementsAre("the answer: has the member “people”, which is not allowed here"));
    EXPECT_THAT(said(R"({"items": [1.5]})"),
                ElementsAre("/items/0: is the number 1.5, which is not allowed here"));
    EXPECT_THAT(said(R"({"items": [null]})"),
                ElementsAre("/items/0: is null, which is not allowed here"));
    EXPECT_THAT(said(R"({"items": ["a", "b", "c"]})"),
                ElementsAre("/items: has 3 items; at most 2 are allowed"));
    EXPECT_THAT(said(R"({"items": []})"),
                ElementsAre("/items: has 0 items; at least 1 are needed"));
    EXPECT_THAT(said(R"({"items": ["a", "a"]})"), ElementsAre("/items: holds an item twice"));
    EXPECT_THAT(said(R"({"items": ["a"], "kind": "c"})"),
                ElementsAre("/kind: is “c”, which is none of the values to choose from"));
    EXPECT_THAT(said(R"({"items": ["a"], "fixed": 2})"),
                ElementsAre("/fixed: is 2, which is not the value that must stand here"));
    EXPECT_THAT(said(R"({"items": ["a"], "name": "永永永永永"})"),
                ElementsAre("/name: has 5 characters; at most 4 are allowed"));
    EXPECT_THAT(said(R"({"items": ["a"], "code": "x"})"),
                ElementsAre("/code: is “x”, which does not have the form that is asked for"));
    EXPECT_THAT(said(R"({"items": ["a"], "n": 0})"), ElementsAre("/n: is 0; at least 1 is needed"));
    EXPECT_THAT(said(R"({"items": ["a"], "n": 10})"),
                ElementsAre("/n: is 10; at most 9 is allowed"));
    EXPECT_THAT(said(R"({"items": ["a"], "half": 0.3})"),
                ElementsAre("/half: is 0.3, which is no multiple of 0.5"));
}

TEST(Schema, CountsCharactersNotBytes) {
    const Schema schema(json::parse(R"({"type":"string","maxLength":2})"));
    EXPECT_THAT(schema.violations("名字"), IsEmpty());
    EXPECT_FALSE(schema.violations("abc").empty());
}

TEST(Schema, DoesNotTakeTextForNumbers) {
    const Schema schema(json::parse(
        R"({"type":"object","properties":{"n":{"type":"integer"},"b":{"type":"boolean"}}})"));
    EXPECT_FALSE(schema.violations(json::parse(R"({"n":"1"})")).empty());
    EXPECT_FALSE(schema.violations(json::parse(R"({"b":"true"})")).empty());
    EXPECT_FALSE(schema.violations(json::parse(R"({"n":1.5})")).empty());
}

TEST(Schema, TakesANumberWithoutAFractionForAnInteger) {
    const Schema schema(json::parse(R"({"properties":{"n":{"type":"integer","enum":[1,2.0]}}})"));
    for (const char* good : {"1", "1.0", "2", "2.0", "1e0"})
        EXPECT_THAT(schema.violations(json::parse(std::string("{\"n\":") + good + "}")), IsEmpty())
            << good;
    for (const char* bad : {"1.5", "3.0", "\"1\"", "1e300"})
        EXPECT_FALSE(schema.violations(json::parse(std::string("{\"n\":") + bad + "}")).empty())
            << bad;
}

TEST(Schema, RefusesWhatTheLibraryFailsWithoutAWord) {
    const Schema names(json::parse(R"({"propertyNames":{"maxLength":3}})"));
    EXPECT_THAT(names.violations(json::parse(R"({"foo":1})")), IsEmpty());
    EXPECT_THAT(names.violations(json::parse(R"({"foobar":1})")),
                ElementsAre("the answer: does not keep to its schema"));
    const Schema nothing(json::parse(
        R"({"properties":{"a":{"$ref":"#/definitions/no"}},"definitions":{"no":false}})"));
    EXPECT_THAT(nothing.violations(json::parse("{}")), IsEmpty());
    EXPECT_FALSE(nothing.violations(json::parse(R"({"a":1})")).empty());
}

TEST(Schema, StopsAtTheLimit) {
    const Schema schema(json::parse(R"({"type":"array","items":{"type":"string"}})"));
    EXPECT_EQ(schema.violations(json(std::vector<int>(50, 1)), 4).size(), 4U);
}

TEST(Schema, RefusesWhatItDoesNotCover) {
    EXPECT_THAT(refused(R"({"properties":{"a":{"format":"date"}}})"),
                HasSubstr("/properties/a uses \"format\""));
    EXPECT_THAT(refused(R"({"type":"text"})"), HasSubstr("unknown type \"text\""));
    EXPECT_THAT(refused(R"({"type":["string","text"]})"), HasSubstr("unknown type"));
    EXPECT_THAT(refused(R"({"$ref":"https://example.org/s.json"})"),
                HasSubstr("outside the document"));
    EXPECT_THAT(refused(R"({"properties":{"a":{"$ref":"#/definitions/b"}}})"),
                HasSubstr("not there"));
    EXPECT_THAT(refused(R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})"),
                HasSubstr("only draft-07"));
    for (const char* keyword :
         {"prefixItems", "unevaluatedProperties", "dependentSchemas", "$dynamicRef", "$defs",
          "minContains", "$anchor", "contentEncoding", "requierd"}) {
        EXPECT_THAT(refused(json{{keyword, json::object()}}.dump().c_str()), HasSubstr(keyword));
    }
    EXPECT_THAT(refused(R"({"enum":[]})"), HasSubstr("enum"));
    for (const char* zero : {"0", "0.0", "-2", "\"2\""}) {
        EXPECT_THAT(refused((std::string(R"({"multipleOf":)") + zero + "}").c_str()),
                    HasSubstr("multipleOf"));
    }
    EXPECT_THAT(refused(R"({"required":"a"})"), HasSubstr("does not compile"));
    EXPECT_THAT(refused("[]"), HasSubstr("no JSON object"));
}

TEST(Schema, RefusesReferencesInACircle) {
    EXPECT_THAT(refused(R"({"$ref":"#"})"), HasSubstr("circle"));
    EXPECT_THAT(refused(R"({"allOf":[{"$ref":"#/definitions/a"}],
        "definitions":{"a":{"anyOf":[{"$ref":"#/definitions/b"}]},"b":{"not":{"$ref":"#/definitions/a"}}}})"),
                HasSubstr("circle"));
}

TEST(Schema, TakesTreesThatReferToThemselvesThroughAMember) {
    const Schema schema(json::parse(
        R"({"type":"object","required":["n"],"properties":{"n":{"type":"string"},"c":{"type":"array","items":{"$ref":"#"}}}})"));
    EXPECT_THAT(schema.violations(json::parse(R"({"n":"a","c":[{"n":"b","c":[]}]})")), IsEmpty());
    EXPECT_FALSE(schema.violations(json::parse(R"({"n":"a","c":[{"c":[]}]})")).empty());
}

TEST(Schema, RemarksPass) {
    EXPECT_EQ(
        refused(R"({"x-narrow":"sentence","title":"t","properties":{"x-y":{"type":"string"}}})"),
        "");
    // A member may be called like a remark, and is checked.
    EXPECT_THAT(refused(R"({"properties":{"x-y":{"format":"date"}}})"), HasSubstr("format"));
}

TEST(SchemaPattern, TakesPlainOnesAndRefusesThoseThatRunAway) {
    for (const char* good : {"^[a-z][a-z0-9_]*$", "^\\d{4}-\\d{2}$", "(foo|bar)?x", "^a{1,3}$",
                             "[)(*]+", "(?:ab)*", "^[^,]+$", ".*", "a\\.b", "[.]"}) {
        EXPECT_EQ(pattern_fault(good), std::nullopt) << good;
    }
    for (const char* bad :
         {"(a+)+$", "([a-z]+_)*", "(a|a)*b", "((a)+)+", "(a*){2,}", "(\\w)\\1", "a+b+c+d+", "(?=a)",
          "[", "a{1,99999999}", "(a?){30}", "^..$", "^[^a]$", "^\\W{2}$", "^\\S", "é", "^👩*$"}) {
        EXPECT_NE(pattern_fault(bad), std::nullopt) << bad;
    }
}

TEST(Schema, MatchesPatternsOnShortStringsOnly) {
    const Schema schema(json::parse(
        R"({"type":"object","properties":{"a":{"type":"string","pattern":"^[a-z]+$"}}})"));
    EXPECT_THAT(schema.violations(json::parse(R"({"a":"abc"})")), IsEmpty());
    EXPECT_FALSE(schema.violations(json::parse(R"({"a":"ABC"})")).empty());
    EXPECT_THAT(schema.violations(json{{"a", std::string(500'000, 'a')}}),
                ElementsAre(HasSubstr("/a: a string of 500000 bytes")));
}

TEST(Schema, IsSafeForConcurrentUse) {
    const Schema schema(json::parse(entities));
    const auto good = json::parse(R"({"entities":[{"name":"A","kind":"b"}]})");
    const auto bad = json::parse(R"({"entities":[{"name":"A","kind":"c"}]})");
    std::vector<std::jthread> threads;
    threads.reserve(4);
    std::atomic<int> wrong = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 200; ++round) {
                if (!schema.violations(good).empty() || schema.violations(bad).size() != 1) ++wrong;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace almagest::contract
